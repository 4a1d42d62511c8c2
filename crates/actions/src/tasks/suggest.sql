-- frame: read
-- Suggests tags, or titles of open tasks, that contain a text: `{total, values}`, with up to a hundred
-- values.
with matching as (
    select value, count(*) as uses, starts_with(lower(value), lower(input ->> 'beginning')) as is_prefix
      from tasks as task
     cross join lateral unnest(case when input ->> 'of' = 'tags' then task.tags
                                    else array[task.title] end) as value
     where task.user_id = caller and task.deleted_at is null and task.status = 'active'
       and position(lower(input ->> 'beginning') in lower(value)) > 0
     group by value
)
select 'row', json_build_object(
    'total', (select count(*) from matching),
    'values', (select coalesce(json_agg(value order by is_prefix desc, uses desc, value), '[]')
                 from (select * from matching
                        order by is_prefix desc, uses desc, value limit 100) as best))::text

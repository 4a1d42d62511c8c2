-- frame: read
-- Returns a series of the caller: the `series` itself, its `past` occurrences (up to 50, newest first), and
-- its `progress`.
with requested as materialized (
    select series as item, open_occurrence(series) as open_id from series
     where series.id = (input ->> 'id')::uuid and series.user_id = caller
)
select 'series', client_json(item)::text from requested
union all
select 'past', (select coalesce(json_agg(client_json(past.task) order by (past.task).occurrence desc), '[]')
                  from (select task from tasks as task
                         where task.recurring_task_id = (item).id and task.id is distinct from open_id
                           and task.deleted_at is null
                         order by task.occurrence desc limit 50) as past)::text
  from requested
union all
select 'progress', progress(item)::text from requested

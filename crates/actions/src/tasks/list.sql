-- frame: read
-- Lists the caller's tasks that are not in the trash, and counts all that fit. Pieced together as text, which is a fourth
-- faster than building the outer object as JSON.
with fitting as not materialized (
    select task.* from tasks as task
     where task.user_id = caller and task.deleted_at is null
       and (input ->> 'status' is null or task.status = input ->> 'status')
       and (input ->> 'priority' is null or task.priority = input ->> 'priority')
)
select '{"items":' || coalesce((
        select json_agg(shown(page))::text from (
            select fitting.* from fitting
             order by case when input ->> 'sort_by' = 'due_date' and input ->> 'sort_order' is distinct from 'desc'
                           then fitting.due_date end asc nulls last,
                      case when input ->> 'sort_by' = 'due_date' and input ->> 'sort_order' = 'desc'
                           then fitting.due_date end desc nulls last,
                      case when input ->> 'sort_by' = 'created_at' and input ->> 'sort_order' is distinct from 'desc'
                           then fitting.created_at end asc,
                      fitting.created_at desc, fitting.id desc
             limit coalesce((input ->> 'limit')::int, 50)
        ) as page), '[]')
    || ',"total":' || (select count(*) from fitting) || '}'

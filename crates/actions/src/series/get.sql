-- frame: read
-- Returns a series of the caller: the `series` itself, its `past` occurrences (newest first, up to 50 and
-- half a page), and its `progress`.
with requested as materialized (
    select series as item, open_occurrence(series) as open_id from series
     where series.id = (input ->> 'id')::uuid and series.user_id = caller
)
select 'series', client_json(item)::text from requested
union all
select 'past', (select format('[%s]', string_agg(past.task, ',' order by past.number))
                  from (select sized.*, sum(octet_length(sized.task)) over (order by sized.number) as bytes
                          from (select client_json(task)::text as task,
                                       row_number() over (order by task.occurrence desc) as number
                                  from tasks as task
                                 where task.recurring_task_id = (item).id
                                   and task.id is distinct from open_id and task.deleted_at is null
                                 order by task.occurrence desc limit 50) as sized) as past
                 where past.bytes <= page_bytes(principal) / 2 or past.number = 1)
  from requested
union all
select 'progress', progress(item)::text from requested

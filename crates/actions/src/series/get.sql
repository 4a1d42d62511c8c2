-- frame: read
-- Returns a series of the caller, in three rows: as it is shown, the tasks of it that were, and how far it has come.
with found as materialized (
    select series as it, open_occurrence(series) as open from series
     where series.id = (input ->> 'id')::uuid and series.user_id = caller
)
select unnest(array[
    shown(it)::text,
    (select coalesce(json_agg(shown(past.task) order by (past.task).occurrence desc), '[]')
       from (select task from tasks as task
              where task.recurring_task_id = (it).id and task.id is distinct from open and task.deleted_at is null
              order by task.occurrence desc limit 50) as past)::text,
    progress(it)::text])
  from found

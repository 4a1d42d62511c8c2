-- frame: write
-- Completes a task of the caller. A completed task stays as it is, without an event. Returns the `task`, and
-- the `progress` of its series if that is active.
with completed as (
    update tasks as task
       set status = 'completed', completed_at = coalesce(task.completed_at, now())
     where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
    returning task
)
select 'task', client_json(task)::text from completed
union all
select 'progress', (progress(series) || jsonb_build_object(
           'is_newest', series.occurrences = (task).occurrence, 'completed_at', (task).completed_at))::text
  from completed join series on series.id = (task).recurring_task_id and series.place is not null

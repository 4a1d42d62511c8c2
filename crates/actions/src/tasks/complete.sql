-- frame: write
-- Completes a task of the caller. Completing it again changes nothing, so that is no event. Returns the
-- `task`, and the `progress` of its series if that is active.
with done as (
    update tasks as task
       set status = 'completed', completed_at = coalesce(task.completed_at, now())
     where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
    returning task as it
)
select 'task', client_json(it)::text from done
union all
select 'progress', (progress(series) || jsonb_build_object(
           'is_newest', series.occurrences = (it).occurrence, 'completed_at', (it).completed_at))::text
  from done join series on series.id = (it).recurring_task_id and series.place is not null

-- frame: write
-- Completes a task of the caller. Completing it again changes nothing, so it makes no event. Two rows: the task, and how far
-- its series has come, if it has one.
with done as (
    update tasks as task
       set status = 'completed', completed_at = coalesce(task.completed_at, now())
     where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
    returning task as it
)
select unnest(array[
    shown(it)::text,
    coalesce((select progress(series)
                     || jsonb_build_object('is_newest', series.occurrences = (it).occurrence, 'completed_at', (it).completed_at)
                from series where series.id = (it).recurring_task_id and series.place is not null)::text, 'null')])
  from done

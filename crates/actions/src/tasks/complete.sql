-- frame: write
-- Completes a task of the caller. Completing it again changes nothing, so it makes no event.
update tasks as task
   set status = 'completed', completed_at = coalesce(task.completed_at, now())
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning shown(task)::text

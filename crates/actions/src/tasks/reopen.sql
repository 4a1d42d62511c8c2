-- frame: write
-- Opens a completed task of the caller again. An open one stays as it is, and makes no event.
update tasks as task
   set status = 'active', completed_at = null
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning shown(task)::text

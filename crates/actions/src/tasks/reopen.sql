-- frame: write
-- Reopens a completed task of the caller. An open one stays as it is, without an event.
update tasks as task
   set status = 'active', completed_at = null
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning 'row', client_json(task)::text

-- frame: write
-- Moves a task of the caller to the trash. Finds nothing if it is there already.
update tasks as task
   set deleted_at = now()
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning 'row', client_json(task)::text

-- frame: write
-- Restores a task of the caller from the trash. One that is not in the trash stays as it is, without an
-- event.
update tasks as task
   set deleted_at = null
 where task.id = (input ->> 'id')::uuid and task.user_id = caller
returning 'row', client_json(task)::text

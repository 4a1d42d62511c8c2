-- frame: write
-- Deletes a task of the caller for good, whether it is in the trash or not.
delete from tasks as task
 where task.id = (input ->> 'id')::uuid and task.user_id = caller
returning 'row', 'true'

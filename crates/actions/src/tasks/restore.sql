-- frame: write
-- Takes a task of the caller out of the trash. One that is not in there stays as it is, and makes no event.
update tasks as task
   set deleted_at = null
 where task.id = (input ->> 'id')::uuid and task.user_id = caller
returning shown(task)::text

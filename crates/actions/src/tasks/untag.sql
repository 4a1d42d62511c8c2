-- frame: write
-- Takes a tag off a task of the caller. One that it does not have is not missed.
update tasks as task
   set tags = array_remove(task.tags, input ->> 'tag')
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
returning shown(task)::text

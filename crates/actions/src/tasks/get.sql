-- frame: read
-- Returns a task of the caller that is not in the trash.
select 'row', client_json(task)::text from tasks as task
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null

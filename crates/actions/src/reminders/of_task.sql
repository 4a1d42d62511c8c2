-- frame: read
-- Returns all reminders of a task of the caller, including past ones.
select 'row', json_build_object('items', (
           select coalesce(json_agg(client_json(reminders) order by reminders.remind_at, reminders.id), '[]')
             from reminders where reminders.task_id = task.id))::text
  from tasks as task
 where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null

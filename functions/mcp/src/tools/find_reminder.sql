-- frame: read
-- Returns a reminder of the caller, and the title of its task.
select 'row', json_build_object('reminder', client_json(reminder), 'title', task.title)::text
  from reminders as reminder join tasks as task on task.id = reminder.task_id
 where reminder.id = (input ->> 'id')::uuid and reminder.user_id = caller

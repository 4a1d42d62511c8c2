-- frame: write
-- Deletes a reminder of the caller, and returns it.
delete from reminders where reminders.id = (input ->> 'id')::uuid and reminders.user_id = caller
returning 'row', client_json(reminders)::text

-- frame: write
-- Deletes a reminder of the caller.
delete from reminders where reminders.id = (input ->> 'id')::uuid and reminders.user_id = caller
returning 'true'

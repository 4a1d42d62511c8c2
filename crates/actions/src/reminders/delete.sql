-- frame: write
-- Deletes a reminder of the caller, and returns what it was.
delete from reminders where reminders.id = (input ->> 'id')::uuid and reminders.user_id = caller
returning shown(reminders)::text

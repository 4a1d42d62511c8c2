-- frame: open, for both
-- Turns off e-mail reminders for the user whose unsubscribe link has this key.
update users set email_reminders = false where users.unsubscribe = (input ->> 'key')::uuid
returning 'row', 'true'

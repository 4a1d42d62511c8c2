-- frame: open, for both
-- Turns off the e-mails of the user with this key.
update users set email_reminders = false where users.unsubscribe = (input ->> 'key')::uuid
returning 'row', 'true'

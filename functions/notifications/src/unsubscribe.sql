-- frame: open, for both
-- Stops the e-mails of whoever has this key.
update users set email_reminders = false where users.unsubscribe = (input ->> 'key')::uuid
returning 'true'

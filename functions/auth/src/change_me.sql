-- frame: write, own account
-- Changes what the caller has said of themselves. A trigger moves what is due on a day to another zone.
update users
   set name = case when input ? 'name' then input ->> 'name' else users.name end,
       timezone = coalesce(input ->> 'timezone', users.timezone),
       email_reminders = coalesce((input ->> 'email_reminders')::boolean, users.email_reminders)
 where users.id = caller
returning shown_user(users)::text

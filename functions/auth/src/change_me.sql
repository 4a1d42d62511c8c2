-- frame: write, own account
-- Updates the caller's profile. A trigger moves all-day tasks and series to a new time zone; there is a row
-- `moving` if some are left.
begin
    return query
        update users
           set name = case when input ? 'name' then input ->> 'name' else users.name end,
               timezone = coalesce(input ->> 'timezone', users.timezone),
               email_reminders = coalesce((input ->> 'email_reminders')::boolean, users.email_reminders)
         where users.id = caller
        returning 'row', profile_json(users)::text;
    return query select 'moving', 'true' from zone_changes where zone_changes.user_id = caller;
end;

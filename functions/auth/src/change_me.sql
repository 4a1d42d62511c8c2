-- frame: write, own account
-- Updates the caller's profile. A trigger moves all-day tasks to the new zone. Returns nothing if the
-- password has changed since it was verified.
begin
    if input ->> 'verified_hash' <> (select users.password_hash from users where users.id = caller) then
        return;
    end if;
    if input ? 'password_hash' then
        perform set_password(caller, input ->> 'password_hash', principal ->> 'session');
    end if;
    return query
    update users
       set name = case when input ? 'name' then input ->> 'name' else users.name end,
           timezone = coalesce(input ->> 'timezone', users.timezone),
           email_reminders = coalesce((input ->> 'email_reminders')::boolean, users.email_reminders)
     where users.id = caller
    returning 'row', profile_json(users)::text;
end;

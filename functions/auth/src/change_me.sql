-- frame: write, own account
-- Updates the caller's profile. A trigger moves all-day tasks and series to a new time zone; there is a row
-- `moving` if some are left. A new address replaces the current one when it is confirmed. Returns nothing if the
-- password has changed since it was verified, or as `wait` the time in seconds until the next link may be sent.
declare
    person      users;
    new_address text;
    wait        float8;
begin
    select * into person from users where users.id = caller;
    if input ->> 'verified_hash' <> person.password_hash then
        return;
    end if;
    new_address := nullif(input ->> 'email', person.email);
    if new_address is not null then
        if exists (select from users where users.email = new_address and holds_address(users)) then
            perform refuse('email_taken');
        end if;
        wait := queue_link(caller, 'confirm_email', new_address);
        if wait is not null then
            return query select 'wait', wait::text;
            return;
        end if;
    end if;
    update users
       set name = case when input ? 'name' then input ->> 'name' else users.name end,
           timezone = coalesce(input ->> 'timezone', users.timezone),
           email_reminders = coalesce((input ->> 'email_reminders')::boolean, users.email_reminders),
           -- A new password withdraws a change that somebody else may have begun.
           new_email = case when input ? 'email' or input ? 'password_hash' then new_address
                            else users.new_email end
     where users.id = caller;
    if input ? 'password_hash' then
        perform set_password(caller, input ->> 'password_hash', principal ->> 'session');
    elsif input ? 'email' then
        perform withdraw_links(caller);
    end if;
    if person.email_verified and new_address is distinct from person.new_email then
        perform queue_mail(caller, 'email_changes', person.email) where new_address is not null;
    end if;
    return query select 'row', profile_json(users)::text from users where users.id = caller;
    return query select 'moving', 'true' from zone_changes where zone_changes.user_id = caller;
end;

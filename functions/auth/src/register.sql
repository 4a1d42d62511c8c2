-- frame: open, uncounted
-- Creates a user with an account, and a session of theirs. The link that confirms the address is sent to it,
-- or the session has the time in seconds until one may be sent. `check_email.sql` has counted the request.
declare
    person users;
begin
    insert into users (id, email, name, password_hash, timezone)
    values ((input ->> 'id')::uuid, input ->> 'email', input ->> 'name', input ->> 'password_hash',
            coalesce(input ->> 'timezone', 'UTC'))
    returning users.* into person;
    return query select 'row', begin_account(person, principal, input)::text;
end;

-- frame: open, uncounted
-- Creates a user with an account, and a session of theirs. The link that confirms the address is sent to it.
-- `check_email.sql` has counted the request.
declare
    person users;
begin
    insert into users (id, email, name, password_hash, timezone)
    values ((input ->> 'id')::uuid, input ->> 'email', input ->> 'name', input ->> 'password_hash',
            coalesce(input ->> 'timezone', 'UTC'))
    returning users.* into person;
    perform queue_link(person.id, 'confirm_email', person.email);
    return query select 'row', begin_session(person, principal, input)::text;
end;

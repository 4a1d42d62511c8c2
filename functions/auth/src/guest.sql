-- frame: open, sign-up
-- Creates a guest, and a session of theirs.
declare
    person users;
begin
    insert into users (id, guest, timezone)
    values ((input ->> 'id')::uuid, true, coalesce(input ->> 'timezone', 'UTC'))
    returning users.* into person;
    return query select 'row', begin_session(person, principal, input)::text;
end;

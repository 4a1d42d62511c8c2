-- frame: open, uncounted
-- Creates a user with an account, and a session of theirs. The link that confirms the address is sent to it.
-- `check_email.sql` has counted the request.
declare
    person      users;
    session_end timestamptz;
begin
    insert into users (id, email, name, password_hash, timezone)
    values ((input ->> 'id')::uuid, input ->> 'email', input ->> 'name', input ->> 'password_hash',
            coalesce(input ->> 'timezone', 'UTC'))
    returning users.* into person;
    insert into sessions (token_hash, user_id, expires_at, user_agent, address)
    values (input ->> 'token_hash', person.id, now() + interval '30 days', input ->> 'user_agent',
            principal ->> 'address')
    returning sessions.expires_at into session_end;
    perform queue_link(person.id, 'confirm_email', person.email);
    return query select 'row', json_build_object(
        'expires_at', session_end, 'user', profile_json(person))::text;
end;

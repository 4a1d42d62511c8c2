-- Starts a session of a user: the hash of its token is in the input. Returns it as clients see it: its end,
-- and the user.
create or replace function app.begin_session(person app.users, principal jsonb, input jsonb) returns json
language plpgsql as $$
declare
    session_end timestamptz;
begin
    insert into app.sessions (token_hash, user_id, expires_at, user_agent, address)
    values (input ->> 'token_hash', person.id, now() + interval '30 days', input ->> 'user_agent',
            principal ->> 'address')
    returning sessions.expires_at into session_end;
    return json_build_object('expires_at', session_end, 'user', app.profile_json(person));
end $$;

-- frame: open, sign-up
-- Creates a guest, and a session of theirs.
with person as (
    insert into users (id, guest, timezone)
    values ((input ->> 'id')::uuid, true, coalesce(input ->> 'timezone', 'UTC'))
    returning users
), session as (
    insert into sessions (token_hash, user_id, expires_at, user_agent, address)
    select input ->> 'token_hash', (person.users).id, now() + interval '30 days', input ->> 'user_agent',
           principal ->> 'address'
      from person
    returning expires_at
)
select 'row', json_build_object('expires_at', session.expires_at, 'user', profile_json(person.users))::text
  from person, session

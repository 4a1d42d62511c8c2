-- frame: open, uncounted
-- Creates a user with an account, and a session of theirs. `check_email.sql` has counted the request.
with person as (
    insert into users (id, email, name, password_hash, timezone)
    values ((input ->> 'id')::uuid, input ->> 'email', input ->> 'name', input ->> 'password_hash',
            coalesce(input ->> 'timezone', 'UTC'))
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

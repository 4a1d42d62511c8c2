-- frame: open
-- Begins a session of a user whose password was checked, if it still is the same password.
with session as (
    insert into sessions (token_hash, user_id, expires_at)
    select input ->> 'token_hash', users.id, now() + interval '30 days' from users
     where users.id = (input ->> 'id')::uuid and users.password_hash = input ->> 'password_hash'
    returning user_id, expires_at
)
select json_build_object('expires_at', session.expires_at, 'user', shown_user(users))::text
  from session join users on users.id = session.user_id

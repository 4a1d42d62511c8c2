-- frame: open
-- Starts a session of a user whose password was verified, if the password is still the same. A successful
-- sign-in does not count against the limits of sign-ins, only against that of the address.
with session as (
    insert into sessions (token_hash, user_id, expires_at, user_agent, address)
    select input ->> 'token_hash', users.id, now() + interval '30 days', input ->> 'user_agent',
           principal ->> 'address'
      from users
     where users.id = (input ->> 'id')::uuid and users.password_hash = input ->> 'password_hash'
    returning user_id, expires_at
)
select 'row', json_build_object('expires_at', session.expires_at, 'user', profile_json(users))::text
  from session join users on users.id = session.user_id,
       refund_sign_in(users.email, principal ->> 'address')

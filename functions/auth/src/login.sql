-- frame: open
-- Starts a session of a user whose password was verified, if the password is still the same. A successful
-- sign-in does not count against the limits of sign-ins, only against that of the address.
with session as (
    insert into sessions (token_hash, user_id, expires_at, user_agent)
    select input ->> 'token_hash', users.id, now() + interval '30 days', input ->> 'user_agent' from users
     where users.id = (input ->> 'id')::uuid and users.password_hash = input ->> 'password_hash'
    returning user_id, expires_at
), taken as materialized (
    -- Locked in the order in which a sign-in takes from them.
    select buckets.key
      from session join users on users.id = session.user_id
     cross join lateral unnest(array['sign-in ' || md5(lower(users.email)),
                                     'sign-in-address ' || (principal ->> 'address')])
                        with ordinality as bucket (key, number)
      join buckets on buckets.key = bucket.key
     order by bucket.number for no key update of buckets
), refunded as (
    update buckets set full_at = buckets.full_at - buckets.seconds_per_token
      from taken where buckets.key = taken.key
)
select 'row', json_build_object('expires_at', session.expires_at, 'user', profile_json(users))::text
  from session join users on users.id = session.user_id

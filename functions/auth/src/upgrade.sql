-- frame: write, own account, uncounted
-- Turns a guest into a user with an account, who keeps all data. A new session replaces the guest's, so that
-- nobody else who has seen or set the guest's token is signed in to the account. `check_upgrade.sql` has counted
-- the request.
with person as (
    update users
       set guest = false, email = input ->> 'email', password_hash = input ->> 'password_hash',
           name = coalesce(input ->> 'name', users.name)
     where users.id = caller and users.guest
    returning users
), ended as (
    delete from sessions using person where sessions.user_id = (person.users).id
), session as (
    insert into sessions (token_hash, user_id, expires_at, user_agent, address)
    select input ->> 'token_hash', (person.users).id, now() + interval '30 days', input ->> 'user_agent',
           principal ->> 'address'
      from person
    returning expires_at
)
select 'row', json_build_object('expires_at', session.expires_at, 'user', profile_json(person.users))::text
  from person, session

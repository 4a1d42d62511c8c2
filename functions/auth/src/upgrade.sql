-- frame: write, own account, uncounted
-- Turns a guest into a user with an account, who keeps all data. `check_upgrade.sql` has counted the request.
update users
   set guest = false, email = input ->> 'email', password_hash = input ->> 'password_hash',
       name = coalesce(input ->> 'name', users.name)
 where users.id = caller and users.guest
returning 'row', json_build_object(
    'expires_at', (select session.expires_at from sessions as session
                    where session.token_hash = principal ->> 'session'),
    'user', profile_json(users))::text

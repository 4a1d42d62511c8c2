-- frame: open, sign-in
-- Finds an account and its password hash.
select 'row', json_build_object('id', users.id, 'password_hash', users.password_hash)::text
  from users where users.email = input ->> 'email' and users.password_hash is not null

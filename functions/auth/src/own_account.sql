-- frame: read, own account, password
-- Returns the caller's id and password hash, which is null for one who has no password.
select 'row', json_build_object('id', users.id, 'password_hash', users.password_hash)::text
  from users where users.id = caller

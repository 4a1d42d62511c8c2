-- frame: read, own account
-- Returns the caller's sign-in name; null for one who has no password.
select 'row', json_build_object('email', case when users.password_hash is not null then users.email end)::text
  from users where users.id = caller

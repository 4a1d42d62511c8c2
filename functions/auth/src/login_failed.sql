-- frame: open
-- Notes that somebody tried to sign in with a wrong password.
select 'true' from (select tell('auth.login_failed', (input ->> 'user')::uuid, jsonb_build_object('address', principal -> 'address'))) as told

-- frame: open
-- Reports a failed sign-in.
select 'row', 'true' from (select tell('auth.login_failed', (input ->> 'user')::uuid,
    jsonb_build_object('address', principal -> 'address'))) as told

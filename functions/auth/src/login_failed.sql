-- frame: open
-- Reports a failed sign-in.
select 'row', 'true'
  from (select add_security_event('auth.login_failed', (input ->> 'user')::uuid,
                                  jsonb_build_object('address', principal -> 'address'))) as added

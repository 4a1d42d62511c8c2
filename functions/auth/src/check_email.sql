-- frame: open, sign-up
-- Returns true if there is an account with the e-mail address. A registration calls this before it hashes the
-- password, because it counts against the limits.
select 'row', exists (select from users where users.email = input ->> 'email')::text

-- frame: read, own account, sign-up
-- Returns true if there is an account with the e-mail address, and nothing if the caller is no guest. An
-- upgrade calls this before it hashes the password, because it identifies the caller, and counts against the
-- limits.
select 'row', exists (select from users as other where other.email = input ->> 'email')::text
  from users where users.id = caller and users.guest

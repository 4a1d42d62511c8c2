-- frame: read
-- Returns the caller, as they see themselves.
select shown_user(users)::text from users where users.id = caller

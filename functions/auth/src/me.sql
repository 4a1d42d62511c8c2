-- frame: read
-- Returns the caller's profile.
select 'row', shown_user(users)::text from users where users.id = caller

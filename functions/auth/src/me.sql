-- frame: read
-- Returns the caller's profile.
select 'row', profile_json(users)::text from users where users.id = caller

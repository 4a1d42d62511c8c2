-- frame: write, own account
-- Ends a session of the caller.
delete from sessions where sessions.id = (input ->> 'id')::uuid and sessions.user_id = caller
returning 'row', 'true'

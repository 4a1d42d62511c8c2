-- frame: write, own account
-- Ends all sessions of the caller except that of the request.
delete from sessions
 where sessions.user_id = caller and sessions.token_hash is distinct from principal ->> 'session'
returning 'row', 'true'

-- frame: write, own account
-- Ends the session of the request.
delete from sessions where sessions.token_hash = principal ->> 'session'
returning 'row', 'true'

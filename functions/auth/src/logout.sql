-- frame: write, own account
-- Ends the session that the caller came with.
delete from sessions where sessions.token_hash = principal ->> 'session'
returning 'true'

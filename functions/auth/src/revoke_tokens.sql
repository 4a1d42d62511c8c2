-- frame: write, own account
-- Ends all personal access tokens of the caller.
delete from tokens where tokens.user_id = caller
returning 'true'

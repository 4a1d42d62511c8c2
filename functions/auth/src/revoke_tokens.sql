-- frame: write, own account
-- Revokes all personal access tokens of the caller.
delete from tokens where tokens.user_id = caller
returning 'row', 'true'

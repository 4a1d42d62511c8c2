-- frame: write, own account
-- Revokes a personal access token of the caller.
delete from tokens where tokens.id = (input ->> 'id')::uuid and tokens.user_id = caller
returning 'row', 'true'

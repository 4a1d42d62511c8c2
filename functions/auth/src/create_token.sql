-- frame: write, own account
-- Creates a personal access token of the caller.
insert into tokens as token (id, user_id, token_hash, name, scopes, expires_at)
select new.id, caller, new.token_hash, new.name, new.scopes, new.expires_at
  from jsonb_to_record(input) as new (
           id uuid, token_hash text, name text, scopes text[], expires_at timestamptz)
 where case when new.expires_at <= now() then refuse('past_expiry') is not null
            when (select count(*) from tokens where tokens.user_id = caller) >= 100
                then refuse('too_many_tokens') is not null
            else true end
returning 'row', json_build_object(
    'id', token.id, 'name', token.name, 'scopes', token.scopes, 'created_at', token.created_at,
    'expires_at', token.expires_at)::text

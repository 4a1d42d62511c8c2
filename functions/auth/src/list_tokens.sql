-- frame: read, own account
-- Lists the personal access tokens of the caller, newest first.
select 'row', json_build_object('items', coalesce(json_agg(json_build_object(
           'id', token.id, 'name', token.name, 'scopes', token.scopes,
           'created_at', token.created_at, 'expires_at', token.expires_at)
       order by token.created_at desc, token.id), '[]'))::text
  from tokens as token where token.user_id = caller

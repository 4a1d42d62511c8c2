-- frame: read, own account
-- Lists the active sessions of the caller, newest first.
select 'row', json_build_object('items', coalesce(json_agg(json_build_object(
           'id', session.id, 'user_agent', session.user_agent, 'created_at', session.created_at,
           'expires_at', session.expires_at,
           'current', session.token_hash is not distinct from principal ->> 'session')
       order by session.created_at desc, session.id), '[]'))::text
  from sessions as session where session.user_id = caller and session.expires_at > now()

-- frame: read, own account
-- Lists the active sessions of the caller, newest first, with their live streams: that of the request, and up
-- to 500 in all.
select 'row', json_build_object('items', coalesce(json_agg(json_build_object(
           'id', session.id, 'user_agent', session.user_agent, 'created_at', session.created_at,
           'expires_at', session.expires_at,
           'current', session.token_hash is not distinct from principal ->> 'session',
           'live', stream.live, 'since', stream.since, 'client', stream.client)
       order by session.created_at desc, session.id), '[]'))::text
  from (select sessions.* from sessions
         where sessions.user_id = caller and sessions.expires_at > now()
         order by sessions.token_hash is not distinct from principal ->> 'session' desc,
                  sessions.created_at desc limit 500) as session,
       lateral (select count(*) as live, min(streams.since) as since,
                       (array_agg(streams.client order by streams.since desc))[1] as client
                  from streams
                 where streams.credential = session.token_hash and streams.live_until > now()
                   and streams.ends_at > now()) as stream

-- frame: open, for service
-- Returns the next page of a stream that no proxy holds, or nothing if the stream has to end: its credential
-- has ended, or its position is of another history.
select 'row', stream_page(streams.user_id, (input ->> 'since')::bigint, null)::text
  from streams
 where streams.id = (input ->> 'stream')::uuid and streams.ends_at > clock_timestamp()
   and input ->> 'epoch' = epoch()

-- frame: open, for service
-- Returns the newest `seq` of the user of a stream, or nothing if the stream has to end. Streams that no
-- proxy holds call this all the time, so it reads two rows by their keys, and nothing else.
select 'row', users.seq::text
  from streams join users on users.id = streams.user_id
 where streams.id = (input ->> 'stream')::uuid and streams.ends_at > clock_timestamp()

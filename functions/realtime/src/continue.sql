-- frame: open, for service
-- Continues a stream that a proxy holds, which asks when it has missed a message, and when it is told to.
-- Returns `user`, `page` with what follows `since`, and perhaps `publish`. Returns nothing if the stream has
-- to end.
declare
    since  bigint := (input ->> 'since')::bigint;
    upto   bigint;
    stream streams;
begin
    update streams
       set live_until = clock_timestamp() + interval '20 seconds' + seconds_to_ask() * interval '1 second'
     where streams.id = (input ->> 'stream')::uuid and streams.proxied
       and streams.ends_at > clock_timestamp() and input ->> 'epoch' = epoch()
    returning streams.* into stream;
    if not found
       or not exists (select from users where users.id = stream.user_id and users.seq >= since) then
        return;
    end if;
    upto := (select position.seq from stream_positions as position where position.user_id = stream.user_id);
    if upto is null or upto < since then
        return query select * from advance_stream(stream.user_id, false);
        upto := (select position.seq from stream_positions as position
                  where position.user_id = stream.user_id);
    end if;
    return query select 'user', to_json(stream.user_id)::text;
    return query select 'page', stream_page(stream.user_id, since, upto)::text;
end;

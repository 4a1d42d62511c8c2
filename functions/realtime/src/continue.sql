-- frame: open, for service
-- Continues a stream that a proxy holds, which asks when it has missed a message, and from time to time.
-- Returns `user`, `page` with what follows `since`, `link` with the seconds after which it has to ask again,
-- and what proxies have to be told because this stream knows it now. Returns nothing if the stream has to
-- end.
declare
    stream streams;
begin
    update streams
       set live_until = clock_timestamp() + interval '20 seconds' + link_seconds() * interval '1 second'
     where streams.id = (input ->> 'stream')::uuid and streams.proxied
       and streams.ends_at > clock_timestamp() and input ->> 'epoch' = epoch()
    returning streams.* into stream;
    if not found
       or not exists (select from users
                       where users.id = stream.user_id and users.seq >= (input ->> 'since')::bigint) then
        return;
    end if;
    return query select 'user', to_json(stream.user_id)::text;
    return query select * from advance_stream(stream.user_id, false);
    return query select 'page', stream_page(stream.user_id, (input ->> 'since')::bigint)::text;
    return query select 'link', link_seconds()::text;
end;

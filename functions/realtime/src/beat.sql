-- frame: open, for service
-- Keeps a stream that no proxy holds alive for two heartbeats, and deletes those that are dead. Returns the
-- number of streams that no proxy holds, or nothing if this one has to end.
declare
    is_open boolean;
begin
    update streams set live_until = clock_timestamp() + interval '40 seconds'
     where streams.id = (input ->> 'stream')::uuid and streams.ends_at > clock_timestamp()
       and input ->> 'epoch' = epoch();
    is_open := found;
    perform sweep_streams();
    if is_open then
        return query select 'row', count(*)::text from streams where not streams.proxied;
    end if;
end;

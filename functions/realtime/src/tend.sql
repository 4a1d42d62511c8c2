-- frame: open, for service
-- Deletes dead streams, counts those that proxies hold, and returns what is left to tell proxies: `close`
-- with a stream that has to end, and `user` with one whose changes they do not know. Not every change has an
-- event, such as reading a notification, and an event may be late.
declare
    proxied bigint;
begin
    perform sweep_streams();
    proxied := (select count(*) from streams where streams.proxied);
    insert into stream_counters as counter (outcome, slot, times) values ('proxied', 0, proxied)
    on conflict (outcome, slot) do update set times = excluded.times where counter.times <> excluded.times;
    return query select 'close', to_json(streams.id)::text
      from streams where streams.proxied and streams.ends_at <= clock_timestamp();
    return query select distinct 'user', to_json(users.id)::text
      from streams
      join users on users.id = streams.user_id
      left join stream_positions as position on position.user_id = users.id
     where streams.proxied and users.seq > coalesce(position.seq, -1);
end;

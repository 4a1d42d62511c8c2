-- frame: open, for service
-- Returns what is left to tell proxies: `lost` if all streams have to end, as the register of them was lost;
-- `close` with a stream that has to end, `ask` with one that has to ask what it has missed, and `user` with one
-- whose changes proxies do not know. Not every change has an event, such as reading a notification, and an
-- event may be late. Also counts the streams in proxies, and finds those that are dead: that were told to ask,
-- and did not.
declare
    proxied bigint;
    asking  uuid[];
    dead    bigint;
begin
    -- Nobody could tell the streams of before anything, nor close them. Those that have begun since end too.
    if not exists (select from stream_register as register
                    where register.epoch is null or register.epoch = epoch()) then
        delete from stream_register;
        insert into stream_register (epoch) values (epoch());
        delete from streams where streams.proxied;
        return query select 'lost', 'true';
    end if;
    perform sweep_streams();
    proxied := (select count(*) from streams where streams.proxied);
    insert into stream_counters as counter (outcome, slot, times) values ('proxied', 0, proxied)
    on conflict (outcome, slot) do update set times = excluded.times where counter.times <> excluded.times;

    -- After an outage of the cron binding none was told, so none of them is dead.
    update streams set ends_at = clock_timestamp()
     where streams.proxied and streams.live_until < clock_timestamp() and streams.ends_at > clock_timestamp()
       and streams.asked_at between streams.live_until - interval '21 seconds'
                                and clock_timestamp() - interval '9 seconds';
    get diagnostics dead = row_count;
    perform count_streams('dead', dead);
    -- From now on they are told to end for five minutes.
    update streams set asked_at = clock_timestamp()
     where streams.proxied and streams.ends_at <= clock_timestamp() and streams.asked_at < streams.ends_at;
    return query select 'close', to_json(streams.id)::text
      from streams where streams.proxied and streams.ends_at <= clock_timestamp();

    with certain as (
        update stream_positions as position set uncertain = false where position.uncertain
        returning position.user_id
    )
    select array_agg(certain.user_id) into asking from certain;
    update streams set asked_at = '-infinity' where streams.proxied and streams.user_id = any (asking);
    -- A stream that is not heard of for a time has 20 seconds to say that it is alive.
    return query
        update streams set asked_at = clock_timestamp()
         where streams.id = any (array(
               select silent.id from streams as silent
                where silent.proxied and silent.ends_at > clock_timestamp()
                  and silent.asked_at < clock_timestamp() - interval '10 seconds'
                  and (silent.live_until < clock_timestamp() + interval '20 seconds'
                       or silent.user_id = any (asking))
                order by silent.live_until limit 500))
        returning 'ask', to_json(streams.id)::text;
    return query select distinct 'user', to_json(users.id)::text
      from streams
      join users on users.id = streams.user_id
      left join stream_positions as position on position.user_id = users.id
     where streams.proxied and users.seq > coalesce(position.seq, -1);
end;

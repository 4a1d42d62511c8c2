-- Seconds after which a stream that a proxy holds has to ask again, which shows that it is alive: a
-- heartbeat, or longer if there are so many that more than a hundred would ask in each second.
create or replace function app.seconds_to_ask() returns int language sql stable as $$
    select greatest(20, least(120, coalesce((
        select counter.times / 100 from app.stream_counters as counter
         where counter.outcome = 'proxied' and counter.slot = 0), 0)))::int
$$;

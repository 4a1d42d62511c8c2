-- Seconds after which a proxy has to say that it still holds a stream. A heartbeat, or longer if there are so
-- many that a hundred would say it each second.
create or replace function app.link_seconds() returns int language sql stable as $$
    select greatest(20, least(120, coalesce((
        select counter.times / 100 from app.stream_counters as counter
         where counter.outcome = 'proxied' and counter.slot = 0), 0)))::int
$$;

-- Counts what happened to streams. Connections count in different slots, so they hardly wait for each other.
create or replace function app.count_streams(what text, amount bigint) returns void language sql as $$
    insert into app.stream_counters as counter (outcome, slot, times)
    select what, pg_backend_pid() % 16, amount where amount > 0
    on conflict (outcome, slot) do update set times = counter.times + excluded.times
$$;

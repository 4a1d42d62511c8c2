-- Increments the counter of a consumer and an outcome.
create or replace function app.increment_counter(outcome text, consumer text)
returns void language sql as $$
    insert into app.consumer_counters as counter (outcome, consumer, slot, times)
    values (increment_counter.outcome, increment_counter.consumer, pg_backend_pid() % 16, 1)
    on conflict (outcome, consumer, slot) do update set times = counter.times + 1
$$;

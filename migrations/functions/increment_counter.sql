-- Increments a counter of a consumer.
create or replace function app.increment_counter(outcome text, consumer text, ms float8 default 0)
returns void language sql as $$
    insert into app.consumer_counters as counter (outcome, consumer, slot, times, sum_ms)
    values (increment_counter.outcome, increment_counter.consumer, pg_backend_pid() % 16, 1,
            increment_counter.ms)
    on conflict (outcome, consumer, slot) do update
       set times = counter.times + 1, sum_ms = counter.sum_ms + excluded.sum_ms
$$;

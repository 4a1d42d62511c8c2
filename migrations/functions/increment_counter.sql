-- Increments a counter of a consumer.
create or replace function app.increment_counter(what text, consumer text, ms float8 default 0)
returns void language sql as $$
    insert into app.counted as counter (what, consumer, slot, times, sum_ms)
    values (increment_counter.what, increment_counter.consumer, pg_backend_pid() % 16, 1,
            increment_counter.ms)
    on conflict (what, consumer, slot) do update
       set times = counter.times + 1, sum_ms = counter.sum_ms + excluded.sum_ms
$$;

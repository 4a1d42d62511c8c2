-- frame: open, uncounted
-- Returns metrics of events, a row `[name, labels, value]` for each sample. Counts of long tables stop at a
-- bound, which the help texts in metrics.rs name.
with shards as materialized (
    select case when publishers.until = 'infinity' then 'off'
                when publishers.until < clock_timestamp() then 'idle'
                when publishers.holder is null then 'resting'
                else 'publishing' end as state, publishers.published, publishers.failed,
           (select outbox.occurred_at from outbox
             where outbox.shard = publishers.shard order by outbox.position limit 1) as oldest
      from publishers
), consumed as materialized (
    select outcome, consumer, sum(times) as times, sum(sum_ms) / 1000 as seconds
      from consumer_counters group by outcome, consumer
), recent as materialized (
    select consumer, delay_ms / 1000 as seconds from consumed_events
     where at > now() - interval '5 minutes' order by at desc limit 10000
), samples (name, labels, value) as (
    select 'taskflow_statements_installed', '{}'::json,
           (exists (select from releases where releases.release = input ->> 'release'))::int::float8
    union all
    select 'taskflow_publishing_enabled', '{}', (not bool_and(state = 'off'))::int from shards
    union all
    select 'taskflow_outbox_events', '{}', count(*) from (select from outbox limit 100000) as found
    union all
    select 'taskflow_outbox_oldest_age_seconds', '{}',
           coalesce(greatest(0, extract(epoch from clock_timestamp() - min(oldest))), 0) from shards
    union all
    select 'taskflow_outbox_shards', json_build_object('state', known.state), count(shards)
      from unnest(array['publishing', 'idle', 'resting', 'off']) as known (state)
      left join shards using (state) group by known.state
    union all
    select 'taskflow_events_published_total', '{}', sum(published) from shards
    union all
    select 'taskflow_publish_failures_total', '{}', sum(failed) from shards
    union all
    select 'taskflow_events_parked', '{}', count(*) from (select from parked limit 100000) as found
    union all
    select 'taskflow_events_consumed_total', json_build_object('consumer', consumer, 'result', outcome), times
      from consumed
    union all
    select 'taskflow_delivery_delay_seconds',
        json_build_object('consumer', consumer, 'quantile', sample.quantile), sample.seconds
      from (select consumer,
                   percentile_cont('{0.5,0.95,0.99}'::float8[]) within group (order by seconds) as seconds
              from recent group by consumer) as measured,
           lateral unnest('{0.5,0.95,0.99}'::text[], measured.seconds) as sample (quantile, seconds)
    union all
    select 'taskflow_delivery_delay_seconds_sum', json_build_object('consumer', consumer), sum(seconds)
      from consumed where outcome in ('done', 'late') group by consumer
    union all
    select 'taskflow_delivery_delay_seconds_count', json_build_object('consumer', consumer), sum(times)
      from consumed where outcome in ('done', 'late') group by consumer
    union all
    -- Consumers without dead letters have a sample too.
    select 'taskflow_dead_letters', json_build_object('consumer', consumer), sum(letters)
      from (select distinct consumer, 0 as letters from consumed
            union all
            (select consumer, 1 from dead_letters where requeued_at is null limit 10000)) as found
     group by consumer
)
select 'row', json_build_array(name, labels, value)::text from samples

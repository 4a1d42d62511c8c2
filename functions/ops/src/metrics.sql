-- frame: open, uncounted
-- Returns the metrics, a row `[name, labels, value]` for each sample, and an object with the durations of each
-- route, which has many. Most numbers are kept; counts of long tables stop at a thousand, so that this takes a
-- few milliseconds, however much is stored.
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
     where at > now() - interval '5 minutes' order by at desc limit 500
), recorded as materialized (
    select split_part(route, ' ', 1) as method, split_part(route, ' ', 2) as path, status, bucket, times,
           seconds, database_seconds
      from requests
), connections as materialized (
    select usename as role,
           -- Hidden from an owner who may not see the sessions of other roles.
           case when state is null then 'unknown' when state = 'idle' then 'idle' else 'in_use' end as state
      from pg_stat_activity
     where datname = current_database() and usename in ('taskflow_user', 'taskflow_service')
), samples (name, labels, value) as (
    select 'taskflow_statements_installed', '{}'::json,
           (exists (select from releases where releases.release = input ->> 'release'))::int::float8
    union all
    select 'taskflow_requests_total',
           json_build_object('method', method, 'route', path, 'status', status::text), sum(times)
      from recorded group by method, path, status
    union all
    select 'taskflow_postgres_connections', json_build_object('role', role, 'state', state), count(*)
      from connections group by role, state
    union all
    select 'taskflow_publishing_enabled', '{}', (not bool_and(state = 'off'))::int from shards
    union all
    -- Behind the bound, the number that Postgres keeps for its plans.
    select 'taskflow_outbox_events', '{}',
           case when found.events < 1000 then found.events else greatest(found.events, kept.events) end
      from (select count(*) as events from (select from outbox limit 1000) as first) as found,
           (select pg_class.reltuples::bigint as events from pg_class
             where pg_class.oid = 'outbox'::regclass) as kept
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
    select 'taskflow_events_parked', '{}', count(*) from (select from parked limit 1000) as found
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
    select 'taskflow_streams', json_build_object('held_by', holder.name),
           count(streams) filter (where streams.live_until > now())
      from (values ('proxy', true), ('function', false)) as holder (name, proxied)
      left join streams using (proxied) group by holder.name
    union all
    select 'taskflow_streams_total', json_build_object('outcome', known.outcome),
           coalesce(sum(stream_counters.times), 0)
      from unnest(array['opened', 'closed', 'dead']) as known (outcome)
      left join stream_counters using (outcome) group by known.outcome
    union all
    -- Consumers without dead letters have a sample too.
    select 'taskflow_dead_letters', json_build_object('consumer', consumer), sum(letters)
      from (select distinct consumer, 0 as letters from consumed
            union all
            (select consumer, 1 from dead_letters where requeued_at is null limit 1000)) as found
     group by consumer
)
select 'row', json_build_array(name, labels, value)::text from samples
union all
select 'row', json_build_object('method', method, 'route', path, 'bounds', duration_bounds(),
                                'times', json_agg(json_build_array(bucket, times)),
                                'seconds', sum(seconds), 'database_seconds', sum(database_seconds))::text
  from (select method, path, bucket, sum(times) as times, sum(seconds) as seconds,
               sum(database_seconds) as database_seconds
          from recorded group by method, path, bucket) as bucket
 group by method, path

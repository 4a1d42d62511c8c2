-- Frame of consumers: takes a batch of events in one call, each event once.
create function statements.{name}(principal jsonb, input jsonb) returns table (kind text, body text)
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    consumer_name text := principal ->> 'service';
    started       timestamptz := clock_timestamp();
    received      int := jsonb_array_length(input -> 'events');
    -- Events to take, and those of them that the body works on.
    fresh         delivery[] := array(select event
        from jsonb_populate_recordset(null::delivery, input -> 'events') as event);
    events        delivery[];
    event_ids     uuid[] := array(select distinct event.id from unnest(fresh) as event order by 1);
    -- Events that were taken before, that come after a later one of their user, and whose body fails.
    duplicate     uuid[];
    late          uuid[];
    failed        uuid[] := '{}';
    code          text;
    violated      text;
    message       text;
    context       text;
begin
    -- An event is recorded in the transaction of its effect, so that it has one effect, however often it is
    -- delivered. Two calls with the same events wait for each other; sorted ids prevent a deadlock.
    perform pg_advisory_xact_lock(hashtextextended(consumer_name || event_id, 0))
       from unnest(event_ids) as event_id;
    duplicate := array(select consumed.event_id from consumed_events as consumed
                        where consumed.consumer = consumer_name and consumed.event_id = any (event_ids));
    if cardinality(event_ids) - cardinality(duplicate) < received then
        fresh := array(select fresh[event.number]
                         from (select distinct on ((fresh[number]).id) number
                                 from generate_subscripts(fresh, 1) as number
                                where (fresh[number]).id <> all (duplicate)
                                order by (fresh[number]).id, number) as event
                        order by event.number);
    end if;

    -- An event that comes after a later one of its user is taken too, but counted as late.
    with ordered as materialized (
        select event.id, event.topic, event.user_id, event.seq,
               max(event.seq) over (partition by event.topic, event.user_id order by ordinality
                                    rows between unbounded preceding and 1 preceding) as before
          from unnest(fresh) with ordinality as event
         where event.user_id is not null and event.seq > 0
    ), recorded as (
        insert into high_water_marks as mark (consumer, topic, user_id, seq)
        select consumer_name, topic, user_id, max(seq) from ordered group by topic, user_id
         order by topic, user_id
        on conflict (consumer, topic, user_id) do update set seq = greatest(mark.seq, excluded.seq)
    )
    select coalesce(array_agg(ordered.id), '{}') into late from ordered
     where ordered.seq < greatest(ordered.before, (
               select mark.seq from high_water_marks as mark
                where mark.consumer = consumer_name and mark.topic = ordered.topic
                  and mark.user_id = ordered.user_id));

    -- Number 0 stands for all events at once. If that fails, each is tried alone, so that only the failing
    -- ones are delivered again.
    for number in 0 .. cardinality(fresh) loop
        continue when number = 0 and cardinality(fresh) < 2;
        events := case number when 0 then fresh else fresh[number:number] end;
        -- The origin that triggers write into the events of this effect.
        perform set_config('taskflow.actor', 'system', true),
                set_config('taskflow.actor_name', consumer_name, true),
                set_config('taskflow.correlation_id', coalesce(events[1].correlation_id, ''), true),
                set_config('taskflow.traceparent', coalesce(events[1].traceparent, ''), true),
                -- An event whose user's row is not free in time is delivered again. It must not hold up the
                -- others, so those that are tried alone wait for a moment only.
                set_config('lock_timeout', case when number < 2 then '1s' else '50ms' end, true);
        begin
{body}
            exit when number = 0;
        exception when others then
            continue when number = 0;
            get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                    message = message_text, context = pg_exception_context;
            failed := failed || events[1].id;
            kind := 'failed';
            body := json_build_object('event', events[1].id,
                                      'refusal', refusal(code, violated, message, context));
            return next;
        end;
    end loop;
    perform set_config('lock_timeout', '0', true);

    insert into consumed_events (consumer, event_id, type, outcome, delay_ms, took_ms)
    select consumer_name, event.id, event.type, case when event.id = any (late) then 'late' else 'done' end,
           extract(epoch from clock_timestamp() - event.occurred_at) * 1000,
           extract(epoch from clock_timestamp() - started) * 1000 / received
      from unnest(fresh) as event
     where event.id <> all (failed);
    insert into consumer_counters as counter (outcome, consumer, slot, times, sum_ms)
    select result.outcome, consumer_name, pg_backend_pid() % 16, result.times, result.ms
      from (select case when event.id = any (late) then 'late' else 'done' end, count(*),
                   sum(extract(epoch from clock_timestamp() - event.occurred_at) * 1000)
              from unnest(fresh) as event
             where event.id <> all (failed) group by 1
            union all
            select 'failed', cardinality(failed), 0
            union all
            select 'duplicate', received - cardinality(fresh), 0) as result (outcome, times, ms)
     where result.times > 0
        on conflict (outcome, consumer, slot) do update
       set times = counter.times + excluded.times, sum_ms = counter.sum_ms + excluded.sum_ms;

    if current_setting('taskflow.leases', true) <> '' then
        return query select 'lease', lease::text
            from jsonb_array_elements(current_setting('taskflow.leases')::jsonb) as lease;
    end if;
end $frame$;
revoke all on function statements.{name} from public;
grant execute on function statements.{name} to taskflow_service;

create function statements.take_b79377be14fd30ee(principal jsonb, input jsonb) returns setof text
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    taker    text := principal ->> 'service';
    began    timestamptz := clock_timestamp();
    came     int := jsonb_array_length(input -> 'events');
    -- Events to take, and those of them that the body works on.
    fresh    delivery[] := array(select one from jsonb_populate_recordset(null::delivery, input -> 'events') as one);
    events   delivery[];
    ids      uuid[] := array(select distinct one.id from unnest(fresh) as one order by 1);
    -- Those that were taken before, those that come behind a later one of their user, and those that cannot be taken.
    known    uuid[];
    late     uuid[];
    failed   uuid[] := '{}';
    code     text;
    violated text;
    reason   text;
    place    text;
begin
    -- An event is noted in the transaction of what it leads to, so it is done once, however often it comes. Two who take the
    -- same ones wait for each other, in one order.
    perform pg_advisory_xact_lock(hashtextextended(taker || one, 0)) from unnest(ids) as one;
    known := array(select consumed_events.event_id from consumed_events where consumed_events.consumer = taker and consumed_events.event_id = any (ids));
    if cardinality(ids) - cardinality(known) < came then
        fresh := array(select fresh[one.number]
                         from (select distinct on ((fresh[number]).id) number from generate_subscripts(fresh, 1) as number
                                where (fresh[number]).id <> all (known)
                                order by (fresh[number]).id, number) as one
                        order by one.number);
    end if;

    -- One that comes behind a later one of its user is done all the same, but it is counted.
    with placed as materialized (
        select one.id, one.topic, one.user_id, one.seq,
               max(one.seq) over (partition by one.topic, one.user_id
                                  order by ordinality rows between unbounded preceding and 1 preceding) as before
          from unnest(fresh) with ordinality as one
         where one.user_id is not null and one.seq > 0
    ), noted as (
        insert into high_water_marks as last (consumer, topic, user_id, seq)
        select taker, topic, user_id, max(seq) from placed group by topic, user_id order by topic, user_id
        on conflict (consumer, topic, user_id) do update set seq = greatest(last.seq, excluded.seq)
    )
    select coalesce(array_agg(placed.id), '{}') into late from placed
     where placed.seq < greatest(placed.before, (select last.seq from high_water_marks as last
            where last.consumer = taker and last.topic = placed.topic and last.user_id = placed.user_id));

    -- All at once, which 0 stands for; where that fails, one by one, so that the others are taken.
    for number in 0 .. cardinality(fresh) loop
        continue when number = 0 and cardinality(fresh) < 2;
        events := case number when 0 then fresh else fresh[number:number] end;
        -- The origin that triggers write into the events of this effect.
        perform set_config('taskflow.actor', 'system', true), set_config('taskflow.actor_name', taker, true),
                set_config('taskflow.correlation_id', coalesce(events[1].correlation_id, ''), true),
                set_config('taskflow.traceparent', coalesce(events[1].traceparent, ''), true);
        begin
-- frame: consumer
-- Adds events to the trail.
begin
    if exists (select from unnest(events) as one
                where one.user_id is not null and (select true from users where users.id = one.user_id) is null) then
        perform refuse('user_deleted');
    end if;
    -- The months around now are there: housekeeping sees to it.
    perform make_audit_month(one.occurred_at) from unnest(events) as one
      where one.occurred_at not between now() - interval '27 days' and now() + interval '27 days';
    insert into audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    select one.id, one.occurred_at, one.type, one.user_id, one.task_id, one.seq, (one.input #>> '{}')::json
      from unnest(events) as one
    on conflict do nothing;
end;

            exit when number = 0;
        exception when others then
            continue when number = 0;
            get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                    reason = message_text, place = pg_exception_context;
            failed := failed || events[1].id;
            return next json_build_object(
                'event', events[1].id,
                'error', case code when 'TF000' then reason else code end,
                'constraint', nullif(violated, ''),
                'place', case code when 'TF000' then null else place end);
        end;
    end loop;

    insert into consumed_events (consumer, event_id, type, outcome, delay_ms, took_ms)
    select taker, one.id, one.type, case when one.id = any (late) then 'late' else 'done' end,
           extract(epoch from clock_timestamp() - one.occurred_at) * 1000,
           extract(epoch from clock_timestamp() - began) * 1000 / came
      from unnest(fresh) as one
     where one.id <> all (failed);
    insert into consumer_counters as known (outcome, consumer, slot, times, sum_ms)
    select one.outcome, taker, pg_backend_pid() % 16, one.times, one.ms
      from (select case when one.id = any (late) then 'late' else 'done' end, count(*),
                   sum(extract(epoch from clock_timestamp() - one.occurred_at) * 1000)
              from unnest(fresh) as one
             where one.id <> all (failed) group by 1
            union all
            select 'failed', cardinality(failed), 0
            union all
            select 'duplicate', came - cardinality(fresh), 0) as one (outcome, times, ms)
     where one.times > 0
        on conflict (outcome, consumer, slot) do update
       set times = known.times + excluded.times, sum_ms = known.sum_ms + excluded.sum_ms;

    -- Whoever wrote an event publishes what waits, after the answer, unless somebody does already.
    if current_setting('taskflow.duties', true) <> '' then
        return next '{"publish":[' || current_setting('taskflow.duties', true) || ']}';
    end if;
end $frame$;

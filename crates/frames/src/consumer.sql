-- Frame of consumers: takes many events in one call, each only once.
create function bodies.{name}(principal jsonb, input jsonb) returns table (kind text, body text)
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    consumer_name text := principal ->> 'service';
    began    timestamptz := clock_timestamp();
    received int := jsonb_array_length(input -> 'events');
    -- Events to take, and those of them that the body works on.
    fresh    delivery[] := array(select one
        from jsonb_populate_recordset(null::delivery, input -> 'events') as one);
    events   delivery[];
    ids      uuid[] := array(select distinct one.id from unnest(fresh) as one order by 1);
    -- Events that were taken before, that come after a later one of their user, and that cannot be taken.
    known    uuid[];
    late     uuid[];
    failed   uuid[] := '{}';
    code     text;
    violated text;
    message  text;
    place    text;
begin
    -- An event is recorded in the transaction of its effect, so that it has one effect, however often it is
    -- delivered. Two calls with the same events wait for each other, in one order.
    perform pg_advisory_xact_lock(hashtextextended(consumer_name || one, 0)) from unnest(ids) as one;
    known := array(select deliveries.event_id from deliveries
                    where deliveries.consumer = consumer_name and deliveries.event_id = any (ids));
    if cardinality(ids) - cardinality(known) < received then
        fresh := array(select fresh[one.number]
                         from (select distinct on ((fresh[number]).id) number
                             from generate_subscripts(fresh, 1) as number
                                where (fresh[number]).id <> all (known)
                                order by (fresh[number]).id, number) as one
                        order by one.number);
    end if;

    -- An event that comes after a later one of its user is done all the same, but it is counted.
    with placed as materialized (
        select one.id, one.topic, one.user_id, one.seq,
               max(one.seq) over (partition by one.topic, one.user_id
                                  order by ordinality rows between unbounded preceding
                                      and 1 preceding) as before
          from unnest(fresh) with ordinality as one
         where one.user_id is not null and one.seq > 0
    ), noted as (
        insert into places as last (consumer, topic, user_id, seq)
        select consumer_name, topic, user_id, max(seq) from placed group by topic, user_id
            order by topic, user_id
        on conflict (consumer, topic, user_id) do update set seq = greatest(last.seq, excluded.seq)
    )
    select coalesce(array_agg(placed.id), '{}') into late from placed
     where placed.seq < greatest(placed.before, (select last.seq from places as last
            where last.consumer = consumer_name and last.topic = placed.topic
                and last.user_id = placed.user_id));

    -- All at once, which is number 0; if that fails, one by one, so that the others are taken.
    for number in 0 .. cardinality(fresh) loop
        continue when number = 0 and cardinality(fresh) < 2;
        events := case number when 0 then fresh else fresh[number:number] end;
        -- Origin that the triggers write into the events of this effect.
        perform set_config('taskflow.actor', 'system', true),
            set_config('taskflow.actor_name', consumer_name, true),
                set_config('taskflow.correlation_id', coalesce(events[1].correlation_id, ''), true),
                set_config('taskflow.traceparent', coalesce(events[1].traceparent, ''), true);
        begin
{body}
            exit when number = 0;
        exception when others then
            continue when number = 0;
            get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                    message = message_text, place = pg_exception_context;
            failed := failed || events[1].id;
            kind := 'failed';
            body := json_build_object('event', events[1].id, 'refusal',
                refusal(code, violated, message, place));
            return next;
        end;
    end loop;

    insert into deliveries (consumer, event_id, type, outcome, delay_ms, took_ms)
    select consumer_name, one.id, one.type, case when one.id = any (late) then 'late' else 'done' end,
           extract(epoch from clock_timestamp() - one.occurred_at) * 1000,
           extract(epoch from clock_timestamp() - began) * 1000 / received
      from unnest(fresh) as one
     where one.id <> all (failed);
    insert into counted as known (what, consumer, slot, times, sum_ms)
    select one.outcome, consumer_name, pg_backend_pid() % 16, one.times, one.ms
      from (select case when one.id = any (late) then 'late' else 'done' end, count(*),
                   sum(extract(epoch from clock_timestamp() - one.occurred_at) * 1000)
              from unnest(fresh) as one
             where one.id <> all (failed) group by 1
            union all
            select 'failed', cardinality(failed), 0
            union all
            select 'duplicate', received - cardinality(fresh), 0) as one (outcome, times, ms)
     where one.times > 0
        on conflict (what, consumer, slot) do update
       set times = known.times + excluded.times, sum_ms = known.sum_ms + excluded.sum_ms;

    if current_setting('taskflow.leases', true) <> '' then
        return query select 'lease', lease::text
            from jsonb_array_elements(current_setting('taskflow.leases')::jsonb) as lease;
    end if;
end $frame$;
revoke all on function bodies.{name} from public;
grant execute on function bodies.{name} to taskflow_service;

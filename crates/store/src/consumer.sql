create function bodies.{name}(principal jsonb, input jsonb) returns setof text
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    taker    text := principal ->> 'service';
    began    timestamptz := clock_timestamp();
    came     int := jsonb_array_length(input -> 'events');
    -- Those that were not taken before, those that came behind a later one of their user, and those that cannot be taken.
    fresh    jsonb;
    late     uuid[];
    failed   uuid[] := '{}';
    -- What is still to be done, and what the body works on.
    queue    jsonb[];
    events   jsonb;
    code     text;
    violated text;
    reason   text;
    place    text;
begin
    -- An event is noted in the transaction of what it leads to, so it is done once, however often it comes. Two who take the
    -- same ones wait for each other, in one order.
    perform pg_advisory_xact_lock(hashtextextended(taker || one.id, 0))
       from (select event ->> 'id' as id from jsonb_array_elements(input -> 'events') as event order by 1) as one;
    select jsonb_agg(one.event order by one.number) into fresh
      from (select distinct on (event ->> 'id') event, number
              from jsonb_array_elements(input -> 'events') with ordinality as each (event, number)
             -- One look into the index for each: what is planned once could read the whole table.
             where (select true from deliveries
                     where deliveries.consumer = taker and deliveries.event_id = (event ->> 'id')::uuid) is null
             order by event ->> 'id', number) as one;

    -- One that comes behind a later one of its user is done all the same, but it is counted.
    with placed as materialized (
        select one.id, one.topic, one.user_id, one.seq,
               max(one.seq) over (partition by one.topic, one.user_id order by number rows between unbounded preceding and 1 preceding) as before
          from rows from (jsonb_to_recordset(fresh) as (id uuid, topic text, user_id uuid, seq bigint))
               with ordinality as one (id, topic, user_id, seq, number)
         where one.user_id is not null and one.seq > 0
    ), noted as (
        insert into places as last (consumer, topic, user_id, seq)
        select taker, topic, user_id, max(seq) from placed group by topic, user_id order by topic, user_id
        on conflict (consumer, topic, user_id) do update set seq = greatest(last.seq, excluded.seq)
    )
    select coalesce(array_agg(placed.id), '{}') into late from placed
     where placed.seq < greatest(placed.before, (select last.seq from places as last
            where last.consumer = taker and last.topic = placed.topic and last.user_id = placed.user_id));

    -- All at once; where that fails, one by one, so that the others are taken.
    queue := array[fresh];
    while cardinality(queue) > 0 and fresh is not null loop
        events := queue[1];
        queue := queue[2:];
        -- What the triggers write into the events that this one leads to.
        perform set_config('taskflow.actor', 'system', true), set_config('taskflow.actor_name', taker, true),
                set_config('taskflow.correlation_id', coalesce(events #>> '{0,correlation_id}', ''), true),
                set_config('taskflow.traceparent', coalesce(events #>> '{0,traceparent}', ''), true);
        begin
{body}
        exception when others then
            if jsonb_array_length(events) > 1 then
                queue := array(select jsonb_build_array(one) from jsonb_array_elements(events) as one);
                continue;
            end if;
            get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                    reason = message_text, place = pg_exception_context;
            failed := failed || (events #>> '{0,id}')::uuid;
            return next json_build_object(
                'event', events #>> '{0,id}',
                'error', case code when 'TF000' then reason else code end,
                'constraint', nullif(violated, ''),
                'place', case code when 'TF000' then null else place end);
        end;
    end loop;

    insert into deliveries (consumer, event_id, type, outcome, delay_ms, took_ms)
    select taker, one.id, one.type, case when one.id = any (late) then 'late' else 'done' end,
           extract(epoch from clock_timestamp() - one.occurred_at) * 1000,
           extract(epoch from clock_timestamp() - began) * 1000 / came
      from jsonb_to_recordset(fresh) as one (id uuid, type text, occurred_at timestamptz)
     where one.id <> all (failed);
    perform count(one.outcome, taker, one.times, one.ms)
       from (select case when one.id = any (late) then 'late' else 'done' end, count(*),
                    sum(extract(epoch from clock_timestamp() - one.occurred_at) * 1000)
               from jsonb_to_recordset(fresh) as one (id uuid, occurred_at timestamptz)
              where one.id <> all (failed) group by 1
             union all
             select 'failed', cardinality(failed), 0
             union all
             select 'duplicate', came - coalesce(jsonb_array_length(fresh), 0), 0) as one (outcome, times, ms)
      where one.times > 0;

    -- Whoever wrote an event publishes what waits, after the answer, unless somebody does already.
    if current_setting('taskflow.duties', true) <> '' then
        return next '{"publish":[' || current_setting('taskflow.duties', true) || ']}';
    end if;
end $frame$;

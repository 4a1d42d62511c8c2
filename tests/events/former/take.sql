create function bodies.take_4e71d71283b4674b(principal jsonb, input jsonb) returns setof text
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    began    timestamptz := clock_timestamp();
    caller   uuid;
    scopes   text[];
    expires  timestamptz;
    quota    text;
    again    jsonb := principal -> 'again';
    fingerprint text;
    kept_at  timestamptz;
    late     boolean;
    line     text;
    lines    text[] := '{}';
    current  json;
    code     text;
    violated text;
    reason   text;
    place    text;
begin
    -- What the triggers write into the event.
    perform set_config('taskflow.actor', principal ->> 'actor', true),
            set_config('taskflow.actor_name', coalesce(principal ->> 'service', ''), true),
            set_config('taskflow.correlation_id', coalesce(principal ->> 'correlation_id', ''), true),
            set_config('taskflow.traceparent', coalesce(principal ->> 'traceparent', ''), true);
    <<frame>> begin

    -- Who is active stays signed in; once a day is enough to know that.
    if expires < now() + interval '29 days' then
        update sessions set expires_at = now() + interval '30 days' where token_hash = principal ->> 'session';
    end if;

    -- Somebody else was faster: the answer shows what the task is now.
    if input ? 'expected' then
        select shown(task) into current from tasks as task
         where task.id = (input ->> 'id')::uuid and task.user_id = caller
           and not input -> 'expected' @> to_jsonb(task.version);
        if found then
            perform note_conflict(caller, (input ->> 'id')::uuid, current, input -> 'expected');
            return next json_build_object('error', 'version_conflict', 'task', current);
            exit frame;
        end if;
    end if;

    -- Only the body is undone when it fails; what stands above stays. The message of an error
    -- may hold what people wrote, so it goes no further than here.
    begin

        insert into deliveries (consumer, event_id, type, outcome, delay_ms, took_ms)
        values (principal #>> '{event,consumer}', (principal #>> '{event,id}')::uuid, principal #>> '{event,type}', 'done',
                extract(epoch from clock_timestamp() - (principal #>> '{event,occurred_at}')::timestamptz) * 1000, 0)
        on conflict do nothing;
        if not found then
            perform count('duplicate', principal #>> '{event,consumer}');
            return next '{"error":"duplicate"}';
            exit frame;
        end if;
        -- One that comes behind a later one of its user is done all the same.
        if principal #> '{event,user_id}' is not null then
            insert into seen as last (consumer, user_id, seq)
            values (principal #>> '{event,consumer}', (principal #>> '{event,user_id}')::uuid, (principal #>> '{event,seq}')::bigint)
            on conflict (consumer, user_id) do update set seq = greatest(last.seq, excluded.seq)
            returning last.seq > (principal #>> '{event,seq}')::bigint into late;
        end if;
-- frame: open, in steps, uncounted, for service, consumer
-- Adds an event to the trail.
declare
    data        jsonb := input -> 'data';
    person      uuid := (data ->> 'user_id')::uuid;
    occurred_at timestamptz := (data ->> 'occurred_at')::timestamptz;
begin
    if person is not null and not exists (select from users where users.id = person) then
        perform refuse('the user is gone');
    end if;
    perform make_audit_month(occurred_at);
    insert into audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    values ((data ->> 'event_id')::uuid, occurred_at, input ->> 'type', person, (input ->> 'task_id')::uuid,
            (data ->> 'seq')::bigint, data::json)
    on conflict do nothing;
    lines := '{taken}';
end;


        update deliveries set took_ms = extract(epoch from clock_timestamp() - began) * 1000,
                              outcome = case when late then 'late' else 'done' end
         where consumer = principal #>> '{event,consumer}' and event_id = (principal #>> '{event,id}')::uuid;
        perform count(case when late then 'late' else 'done' end, principal #>> '{event,consumer}',
                      extract(epoch from clock_timestamp() - (principal #>> '{event,occurred_at}')::timestamptz) * 1000);
    exception when others then
        get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                reason = message_text, place = pg_exception_context;
        lines := array[json_build_object(
            'error', case code when 'TF000' then reason else code end,
            'constraint', nullif(violated, ''),
            'place', case code when 'TF000' then null else place end)::text];
        return next lines[1];
        perform count('failed', principal #>> '{event,consumer}');
    end;

    -- Who asks for what is somebody else's hears that there is no such thing, but it does not go unnoticed.
    if lines = '{}' and input ? 'id'
       and exists (select from tasks where tasks.id = (input ->> 'id')::uuid and tasks.user_id <> caller) then
        perform tell('access.denied', caller, jsonb_build_object('task_id', input -> 'id', 'address', principal -> 'address'));
    end if;
    end frame;

    -- Whoever wrote an event publishes what waits, after the answer, unless somebody does already.
    if current_setting('taskflow.duties', true) <> '' then
        return next '{"publish":[' || current_setting('taskflow.duties', true) || ']}';
    end if;
end $frame$;

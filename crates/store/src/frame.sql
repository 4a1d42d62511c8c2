create function bodies.{name}(principal jsonb, input jsonb) returns setof text
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    began    timestamptz := clock_timestamp();
    caller   uuid;
    scopes   text[];
    needed   text;
    expires  timestamptz;
    quota    text;
    again    jsonb := principal -> 'again';
    fingerprint text;
    kept_at  timestamptz;
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
            set_config('taskflow.actor_name', coalesce(principal ->> 'actor_name', principal ->> 'service', ''), true),
            set_config('taskflow.correlation_id', coalesce(principal ->> 'correlation_id', ''), true),
            set_config('taskflow.traceparent', coalesce(principal ->> 'traceparent', ''), true);
    <<frame>> begin
{find_caller}{limit}{admit}
    -- Who is active stays signed in; once a day is enough to know that.
    if expires < now() + interval '29 days' then
        update sessions set expires_at = now() + interval '30 days' where token_hash = principal ->> 'session';
    end if;
    if principal ? 'zoned' then
        return next json_build_object('zone', zone(caller));
    end if;
{replay}
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
{body}
    exception when others then
        get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                reason = message_text, place = pg_exception_context;
        lines := array[json_build_object(
            'error', case code when 'TF000' then reason else code end,
            'constraint', nullif(violated, ''),
            'place', case code when 'TF000' then null else place end)::text];
        return next lines[1];
    end;

    -- Who asks for what is somebody else's hears that there is no such thing, but it does not go unnoticed.
    if lines = '{}' and input ? 'id' then
        perform tell('access.denied', caller, theirs || jsonb_build_object('address', principal -> 'address'))
           from another_has((input ->> 'id')::uuid, caller) as theirs where theirs is not null;
    end if;
{keep}    end frame;

    -- Whoever wrote an event publishes what waits, after the answer, unless somebody does already.
    if current_setting('taskflow.duties', true) <> '' then
        return next '{"publish":[' || current_setting('taskflow.duties', true) || ']}';
    end if;
end $frame$;

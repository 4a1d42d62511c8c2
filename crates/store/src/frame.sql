create function bodies.{name}(principal jsonb, input jsonb) returns setof text
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    caller   uuid;
    expires  timestamptz;
    current  json;
    code     text;
    violated text;
    reason   text;
    place    text;
begin
    -- Who is it? Where the body writes, this also locks the user's row, before anything else is
    -- locked: so a user's changes have one order, and writers wait instead of deadlocking.
    {find_caller}

    -- Who is active stays signed in; once a day is enough to know that.
    if expires < now() + interval '29 days' then
        update sessions set expires_at = now() + interval '30 days' where token_hash = principal ->> 'session';
    end if;

    -- What the triggers write into the event.
    perform set_config('taskflow.actor', principal ->> 'actor', true),
            set_config('taskflow.correlation_id', coalesce(principal ->> 'correlation_id', ''), true),
            set_config('taskflow.traceparent', coalesce(principal ->> 'traceparent', ''), true);

    -- Somebody else was faster: the answer shows what the task is now.
    if input ? 'expected' then
        select shown(task) into current from tasks as task
         where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null
           and task.version <> (input ->> 'expected')::bigint;
        if found then
            return next json_build_object('error', 'version_conflict', 'task', current);
            return;
        end if;
    end if;

    -- Only the body is undone when it fails; what stands above stays. The message of an error
    -- may hold what people wrote, so it goes no further than here.
    begin
        return query
{body};
    exception when others then
        get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                reason = message_text, place = pg_exception_context;
        return next json_build_object(
            'error', case code when 'TF000' then reason else code end,
            'constraint', nullif(violated, ''),
            'place', case code when 'TF000' then null else place end);
    end;
end $frame$;

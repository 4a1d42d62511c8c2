-- Frame of statements that read data of the caller.
create function statements.{name}(principal jsonb, input jsonb) returns table (kind text, body text)
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    admission record := admit_request(principal, input, '{role}', '{scope}', '{limit}');
    caller    uuid := admission.caller;
    scopes    text[] := admission.scopes;
    refusal   json := admission.refusal;
    code      text;
    violated  text;
    message   text;
    context   text;
begin
    if admission.quota is not null then
        kind := 'quota';
        body := admission.quota;
        return next;
    end if;

    <<frame>> begin
    exit frame when refusal is not null;
    -- Active users stay signed in. An extension a day is enough. The row is for the cookie, which ends with the
    -- session that it was set for.
    if admission.session_expires_at < now() + interval '29 days' and extend_session(principal) then
        kind := 'session';
        body := '"extended"';
        return next;
    end if;
    -- For responses with times in the user's zone.
    if principal ? 'zoned' then
        kind := 'zone';
        body := zone(caller);
        return next;
    end if;
    if input ? 'expected' then
        refusal := check_version(caller, input);
        exit frame when refusal is not null;
    end if;
    begin
        return query
{body};
    exception when others then
        get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                message = message_text, context = pg_exception_context;
        refusal := refusal(code, violated, message, context);
        exit frame;
    end;
    if not found and input ?| '{id,task_id}' then
        perform report_foreign_access(principal, input, caller);
    end if;
    end frame;

    if admission.buckets is not null then
        perform take_tokens(admission.buckets);
    end if;
    if refusal is not null then
        kind := 'refusal';
        body := refusal;
        return next;
    end if;
    -- A report is an event, which may have acquired a publish lease.
    if current_setting('taskflow.leases', true) <> '' then
        return query select 'lease', lease::text
            from jsonb_array_elements(current_setting('taskflow.leases')::jsonb) as lease;
    end if;
end $frame$;
revoke all on function statements.{name} from public;
grant execute on function statements.{name} to {grantees};

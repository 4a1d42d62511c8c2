-- Frame of statements without a caller.
create function statements.{name}(principal jsonb, input jsonb) returns table (kind text, body text)
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    admission record := admit_request(principal, input, '{role}', null, '{limit}');
    caller    uuid;
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
    if refusal is null then
        -- If the body fails, only the body is rolled back: what the frame wrote is committed.
        begin
            return query
{body};
        exception when others then
            get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                    message = message_text, context = pg_exception_context;
            refusal := refusal(code, violated, message, context);
        end;
    end if;
    if admission.buckets is not null then
        perform take_tokens(admission.buckets);
    end if;
    if refusal is not null then
        kind := 'refusal';
        body := refusal;
        return next;
    end if;
    if current_setting('taskflow.leases', true) <> '' then
        return query select 'lease', lease::text
            from jsonb_array_elements(current_setting('taskflow.leases')::jsonb) as lease;
    end if;
end $frame$;
revoke all on function statements.{name} from public;
grant execute on function statements.{name} to {grantees};

-- Frame of statements that change data of the caller, under the lock of the caller's row.
create function statements.{name}(principal jsonb, input jsonb) returns table (kind text, body text)
language plpgsql security definer set search_path = app, pg_temp as $frame$
#variable_conflict use_column
declare
    admission  record := admit_request(principal, input, '{role}', '{scope}', '{limit}');
    caller     uuid := admission.caller;
    scopes     text[] := admission.scopes;
    refusal    json := admission.refusal;
    replay_key jsonb := principal -> 'replay_key';
    -- Ids that the client has chosen, with what is needed to answer a repeat of the request.
    named      jsonb := input -> 'named';
    repeated   text;
    answer     reply_row[];
    is_empty   boolean := true;
    code       text;
    violated   text;
    message    text;
    context    text;
begin
    if admission.quota is not null then
        kind := 'quota';
        body := admission.quota;
        return next;
    end if;

    <<frame>> begin
    exit frame when refusal is not null;
    refusal := lock_caller(principal, caller, '{role}');
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
    if replay_key is not null then
        answer := replay(caller, replay_key);
        if answer is not null then
            return query select * from unnest(answer);
            exit frame;
        end if;
        answer := '{}';
    end if;

    -- If the body fails, only the body is rolled back: what the frame wrote is committed.
    begin
        if named is not null then
            repeated := find_repeat(caller, named);
        end if;
        -- A repeat gets the first answer, whatever has changed since.
        if repeated is null and input ? 'expected' then
            refusal := check_version(caller, input);
            exit frame when refusal is not null;
        end if;
        if repeated is not null then
            is_empty := false;
            answer := array[row('row', repeated)::reply_row];
            return query select * from unnest(answer);
        else
            for kind, body in
{body}
            loop
                is_empty := false;
                if named is not null then
                    perform keep_answer(caller, named, body::jsonb);
                end if;
                if replay_key is not null then
                    answer := answer || row(kind, body)::reply_row;
                end if;
                return next;
            end loop;
        end if;
    exception when others then
        get stacked diagnostics code = returned_sqlstate, violated = constraint_name,
                                message = message_text, context = pg_exception_context;
        refusal := refusal(code, violated, message, context);
        answer := array[row('refusal', refusal)::reply_row];
    end;
    if is_empty and refusal is null and input ?| '{id,task_id}' then
        perform report_foreign_access(principal, input, caller);
    end if;
    -- `refuse` raises TF000, and class 23 are constraints: a retry would fail alike. Other errors are faults,
    -- which are not stored as the answer, because a retry may succeed.
    if replay_key is not null and (code is null or code = 'TF000' or code like '23%') then
        insert into answers (user_id, id, fingerprint, item_id, rows)
        values (caller, (replay_key ->> 'id')::uuid, replay_key ->> 'fingerprint', (input ->> 'id')::uuid,
            answer);
    end if;
    end frame;

    if admission.buckets is not null then
        perform take_tokens(admission.buckets);
    end if;
    if refusal is not null then
        kind := 'refusal';
        body := refusal;
        return next;
    elsif '{role}' <> 'service' then
        -- The caller is locked, so this is the newest change of all, with those of this request.
        return query select 'seq', users.seq::text from users where users.id = caller;
    end if;
    if current_setting('taskflow.leases', true) <> '' then
        return query select 'lease', lease::text
            from jsonb_array_elements(current_setting('taskflow.leases')::jsonb) as lease;
    end if;
end $frame$;
revoke all on function statements.{name} from public;
grant execute on function statements.{name} to {grantees};

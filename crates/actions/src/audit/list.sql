-- frame: read, for both
-- Returns a page of the audit trail, oldest first: `{items, next_cursor}`. A page of long texts ends before
-- its limit. Returns nothing for a task that the caller may not see.
declare
    is_admin    boolean := (select users.admin from users where users.id = caller);
    person      uuid := (input ->> 'user_id')::uuid;
    task        uuid := (input ->> 'task_id')::uuid;
    max_items   int := (input ->> 'limit')::int;
    conditions  text;
    event       record;
    item        text;
    items       text[] := '{}';
    bytes       int := 0;
    last_time   timestamptz;
    last_id     uuid;
    next_cursor text;
begin
    if not is_admin then
        if person <> caller then
            perform refuse('not_an_admin');
        end if;
        person := caller;
    end if;
    conditions := concat_ws(' and ', 'true',
        case when person is not null then 'event.user_id = $2' end,
        case when task is not null then 'event.task_id = $3' end,
        case when input ->> 'event_type' is not null then $$event.event_type = $4 ->> 'event_type'$$ end,
        -- Allows the use of the index on rare types: this query is planned without its values.
        case when input ->> 'event_type' not in ('task.created', 'task.updated', 'task.completed')
             then $$event.event_type not in ('task.created', 'task.updated', 'task.completed')$$ end,
        case when input ->> 'from' is not null
             then $$event.occurred_at >= (select lower_bound($4 -> 'from', $1))$$ end,
        case when input ->> 'to' is not null
             then $$event.occurred_at <= (select upper_bound($4 -> 'to', $1))$$ end,
        case when input ? 'after' then
            $$(event.occurred_at, event.event_id)
              > (($4 -> 'after' ->> 'key')::timestamptz, ($4 -> 'after' ->> 'id')::uuid)$$ end);
    -- One by one, as an event has its texts up to four times: what does not fit on the page is not read.
    for event in
        execute format('select event.event_id, event.occurred_at, event.event_type, event.data
                          from audit as event where %s
                         order by event.occurred_at, event.event_id limit $5', conditions)
          using caller, person, task, input, max_items + 1
    loop
        item := json_build_object('event_type', event.event_type, 'data', event.data)::text;
        bytes := bytes + octet_length(item) + 1;
        if cardinality(items) = max_items or bytes > page_bytes(principal) and cardinality(items) > 0 then
            next_cursor := page_cursor(to_json(last_time) #>> '{}', last_id, input ->> 'fingerprint');
            exit;
        end if;
        items := items || item;
        last_time := event.occurred_at;
        last_id := event.event_id;
    end loop;
    -- A task without events does not exist, or belongs to another user.
    if task is not null and cardinality(items) = 0 and not input ? 'after'
       and not exists (select from audit where audit.task_id = task and (is_admin or audit.user_id = caller))
       and not exists (select from tasks where tasks.id = task and (is_admin or tasks.user_id = caller))
       -- A purged task whose last events are not in the trail yet.
       and not exists (select from tombstones where tombstones.user_id = caller and tombstones.id = task) then
        return;
    end if;
    return query select 'row', format('{"items":[%s],"next_cursor":%s}', array_to_string(items, ','),
                                      coalesce(to_json(next_cursor)::text, 'null'));
end;

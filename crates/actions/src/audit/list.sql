-- frame: read, for both
-- Returns a page of the audit trail, oldest first: `{items, next_cursor}`. Returns nothing for a task that
-- the caller may not see.
declare
    is_admin   boolean := (select users.admin from users where users.id = caller);
    person     uuid := (input ->> 'user_id')::uuid;
    task       uuid := (input ->> 'task_id')::uuid;
    max_items  int := (input ->> 'limit')::int;
    conditions text;
    events     json;
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
        case when input ->> 'from' is not null
             then $$event.occurred_at >= (select lower_bound($4 -> 'from', $1))$$ end,
        case when input ->> 'to' is not null
             then $$event.occurred_at <= (select upper_bound($4 -> 'to', $1))$$ end,
        case when input ? 'after' then
            $$(event.occurred_at, event.event_id)
              > (($4 -> 'after' ->> 'key')::timestamptz, ($4 -> 'after' ->> 'id')::uuid)$$ end);
    execute format('select json_agg(page)
                      from (select event.event_id, event.occurred_at, event.event_type, event.data
                              from audit as event where %s
                             order by event.occurred_at, event.event_id limit $5) as page', conditions)
       into events using caller, person, task, input, max_items + 1;
    -- A task without events does not exist, or belongs to another user.
    if task is not null and events is null and not input ? 'after'
       and not exists (select from audit where audit.task_id = task and (is_admin or audit.user_id = caller))
       and not exists (select from tasks where tasks.id = task and (is_admin or tasks.user_id = caller))
       -- A purged task whose last events are not in the trail yet.
       and not exists (select from tombstones where tombstones.user_id = caller and tombstones.id = task) then
        return;
    end if;
    return query select 'row', json_build_object(
        'items', (select coalesce(json_agg(json_build_object('event_type', item.event -> 'event_type',
                                                             'data', item.event -> 'data')
                                           order by item.number), '[]')
                    from json_array_elements(events) with ordinality as item (event, number)
                   where item.number <= max_items),
        'next_cursor', case when json_array_length(events) > max_items
                            then page_cursor(events -> (max_items - 1) ->> 'occurred_at',
                                             (events -> (max_items - 1) ->> 'event_id')::uuid,
                                             input ->> 'fingerprint') end)::text;
end;

-- frame: consumer
-- Adds events to the trail. Those that arrive after their user was deleted are added without their contents;
-- those of users who never were become dead letters.
begin
    if exists (select from unnest(events) as event
                where event.user_id is not null
                  and (select true from users where users.id = event.user_id) is null
                  and not exists (select from removals where removals.user_id = event.user_id)) then
        perform refuse('user_deleted');
    end if;
    -- Housekeeping creates the partitions of the months around now.
    perform make_audit_month(event.occurred_at) from unnest(events) as event
      where event.occurred_at not between now() - interval '27 days' and now() + interval '27 days';
    insert into audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    select event.id, event.occurred_at, event.type, event.user_id, event.task_id, event.seq,
           -- The input is the event's `data` as a JSON string, which keeps its bytes as they are.
           case when exists (select from removals where removals.user_id = event.user_id)
                then erase_contents((event.input #>> '{}')::json)
                else (event.input #>> '{}')::json end
      from unnest(events) as event
    on conflict do nothing;
end;

-- frame: consumer
-- Adds events to the trail. Events that arrive after their user was deleted become dead letters: the trail
-- gets no new data about deleted users.
begin
    if exists (select from unnest(events) as event
                where event.user_id is not null
                  and (select true from users where users.id = event.user_id) is null) then
        perform refuse('user_deleted');
    end if;
    -- Housekeeping creates the partitions of the months around now.
    perform make_audit_month(event.occurred_at) from unnest(events) as event
      where event.occurred_at not between now() - interval '27 days' and now() + interval '27 days';
    insert into audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    select event.id, event.occurred_at, event.type, event.user_id, event.task_id, event.seq,
           -- The input is the event's `data` as a JSON string, which keeps its bytes as they are.
           (event.input #>> '{}')::json
      from unnest(events) as event
    on conflict do nothing;
end;

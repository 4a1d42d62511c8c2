-- frame: consumer
-- Adds events to the trail.
begin
    if exists (select from unnest(events) as one
                where one.user_id is not null and (select true from users
                    where users.id = one.user_id) is null) then
        perform refuse('the user is gone');
    end if;
    -- Housekeeping creates the partitions of the months around now.
    perform make_audit_month(one.occurred_at) from unnest(events) as one
      where one.occurred_at not between now() - interval '27 days' and now() + interval '27 days';
    insert into audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    select one.id, one.occurred_at, one.type, one.user_id, one.task_id, one.seq, (one.input #>> '{}')::json
      from unnest(events) as one
    on conflict do nothing;
end;

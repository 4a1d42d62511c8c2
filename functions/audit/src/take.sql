-- frame: open, in steps, uncounted, for service, consumer
-- Adds an event to the trail.
declare
    data        jsonb := input -> 'data';
    person      uuid := (data ->> 'user_id')::uuid;
    occurred_at timestamptz := (data ->> 'occurred_at')::timestamptz;
begin
    if person is not null and not exists (select from users where users.id = person) then
        perform refuse('the user is gone');
    end if;
    perform make_audit_month(occurred_at);
    insert into audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
    values ((data ->> 'event_id')::uuid, occurred_at, input ->> 'type', person, (input ->> 'task_id')::uuid,
            (data ->> 'seq')::bigint, data::json)
    on conflict do nothing;
    lines := '{taken}';
end;

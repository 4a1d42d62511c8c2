-- Writes `task.conflict`: a write was rejected because the task had changed, and both devices should be able
-- to say so.
create or replace function app.add_conflict_event(person uuid, task uuid, now_is json, expected jsonb) returns void
language plpgsql as $$
begin
    perform app.add_event('task-events', 'task.conflict', person, app.next_seq(person), task, null, now_is,
                     jsonb_build_object('expected', expected));
end $$;

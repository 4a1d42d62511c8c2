-- Adds `task.conflict`: an update was rejected because the task had changed.
create or replace function app.add_conflict_event(person uuid, task_id uuid, current json, expected jsonb)
returns void language plpgsql as $$
begin
    perform app.add_event('task-events', 'task.conflict', person, app.next_seq(person), task_id, null,
                          current, jsonb_build_object('expected', expected));
end $$;

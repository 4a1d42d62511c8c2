-- Adds `task.conflict` or `recurring.conflict`: an update was rejected because the task or series had
-- changed.
create or replace function app.add_conflict_event(
    type text, person uuid, subject uuid, current json, expected jsonb
) returns void language plpgsql as $$
begin
    perform app.add_event('task-events', type, person, app.next_seq(person), subject, null, current,
                          jsonb_build_object('expected', expected));
end $$;

-- Adds `task.conflict` or `recurring.conflict`: an update was rejected because the task or series had
-- changed. Live streams tell of it.
create or replace function app.add_conflict_event(
    type text, person uuid, subject uuid, current json, expected jsonb
) returns void language plpgsql as $$
declare
    place bigint := app.next_seq(person);
begin
    perform app.add_event('task-events', type, person, place, subject, null, current,
                          jsonb_build_object('expected', expected));
    insert into app.conflicts (user_id, seq, type, subject_id) values (person, place, type, subject);
end $$;

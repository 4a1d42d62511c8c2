-- Adds a tombstone and the event of a purged task, whose id stays used. There are none if the user is deleted
-- too.
create or replace function app.add_task_tombstone() returns trigger language plpgsql as $$
declare
    new_seq bigint := app.next_seq(old.user_id);
begin
    if new_seq is null then
        return null;
    end if;
    insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, new_seq, 'task', old.id);
    insert into app.used_ids (user_id, id) values (old.user_id, old.id) on conflict do nothing;
    perform app.add_event('task-events', 'task.purged', old.user_id, new_seq, old.id, app.client_json(old),
                          null, null);
    return null;
end $$;

create or replace trigger add_tombstone after delete on app.tasks
    for each row execute function app.add_task_tombstone();

-- Adds a tombstone for a deleted reminder, and its cancellation if it was pending. There are none if the user
-- is deleted too.
create or replace function app.add_reminder_tombstone() returns trigger language plpgsql as $$
declare
    place bigint := app.next_seq(old.user_id);
begin
    if place is not null then
        insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, place, 'reminder', old.id);
        perform app.add_event('task-events', 'reminder.cancelled', old.user_id, place, old.id, app.client_json(old),
                         null, null)
          where old.status = 'pending';
    end if;
    return null;
end $$;

create or replace trigger bury after delete on app.reminders
    for each row execute function app.add_reminder_tombstone();

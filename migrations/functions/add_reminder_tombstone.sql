-- Adds a tombstone for a deleted reminder, whose id stays used, and its cancellation event if it was pending.
-- There are none if the user is deleted too.
create or replace function app.add_reminder_tombstone() returns trigger language plpgsql as $$
declare
    new_seq bigint := app.next_seq(old.user_id);
begin
    if new_seq is not null then
        insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, new_seq, 'reminder', old.id);
        insert into app.used_ids (user_id, id) values (old.user_id, old.id) on conflict do nothing;
        perform app.add_event('task-events', 'reminder.cancelled', old.user_id, new_seq, old.id,
                              app.client_json(old), null, null)
          where old.status = 'pending';
    end if;
    return null;
end $$;

create or replace trigger add_tombstone after delete on app.reminders
    for each row execute function app.add_reminder_tombstone();

-- Adds a tombstone for a deleted notification. There is none if the user is deleted too.
create or replace function app.add_notification_tombstone() returns trigger language plpgsql as $$
declare
    new_seq bigint := app.next_seq(old.user_id);
begin
    if new_seq is not null then
        insert into app.tombstones (user_id, seq, kind, id)
        values (old.user_id, new_seq, 'notification', old.id);
    end if;
    return null;
end $$;

create or replace trigger add_tombstone after delete on app.notifications
    for each row execute function app.add_notification_tombstone();

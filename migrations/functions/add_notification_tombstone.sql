-- Adds a tombstone for a deleted notification. There is none if the user is deleted too.
create or replace function app.add_notification_tombstone() returns trigger language plpgsql as $$
declare
    place bigint := app.next_seq(old.user_id);
begin
    if place is not null then
        insert into app.tombstones (user_id, seq, kind, id)
        values (old.user_id, place, 'notification', old.id);
    end if;
    return null;
end $$;

create or replace trigger bury after delete on app.notifications
    for each row execute function app.add_notification_tombstone();

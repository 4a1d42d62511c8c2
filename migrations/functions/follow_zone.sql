-- Starts to move the due dates of a user who changes the time zone. What is too much for one call is left to
-- later ones of `app.move_to_zone`.
create or replace function app.follow_zone() returns trigger language plpgsql as $$
begin
    insert into app.zone_changes as started (user_id, left_seq) values (new.id, new.seq)
    on conflict (user_id) do update set left_seq = excluded.left_seq, changed_at = now();
    perform app.move_to_zone(new.id);
    return null;
end $$;

create or replace trigger follow_zone after update of timezone on app.users for each row
    when (old.timezone is distinct from new.timezone) execute function app.follow_zone();

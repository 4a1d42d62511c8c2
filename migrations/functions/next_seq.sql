-- The next `seq` of a user: one of the reserved numbers while there are any. Null if the user is being
-- deleted.
create or replace function app.next_seq(person uuid) returns bigint language plpgsql as $$
declare
    reserved text := nullif(current_setting('taskflow.reserved', true), '');
    place    bigint;
begin
    if reserved is not null then
        place := reserved::bigint + 1;
        if place <= coalesce(nullif(current_setting('taskflow.reserved_to', true), '')::bigint, place) then
            perform set_config('taskflow.reserved', place::text, true);
            return place;
        end if;
    end if;
    update app.users set seq = users.seq + 1 where users.id = person returning users.seq into place;
    return place;
end $$;

-- The next `seq` of a user: one of the reserved numbers while there are any. Null if the user is being
-- deleted.
create or replace function app.next_seq(person uuid) returns bigint language plpgsql as $$
declare
    reserved text := nullif(current_setting('taskflow.reserved', true), '');
    next     bigint;
begin
    if reserved is not null then
        next := reserved::bigint + 1;
        if next <= coalesce(nullif(current_setting('taskflow.reserved_to', true), '')::bigint, next) then
            perform set_config('taskflow.reserved', next::text, true);
            return next;
        end if;
    end if;
    update app.users set seq = users.seq + 1 where users.id = person returning users.seq into next;
    return next;
end $$;

-- The next `seq` of a user: one of the reserved numbers while there are any. Null if this transaction deletes
-- the user.
create or replace function app.next_seq(person uuid) returns bigint language plpgsql as $$
declare
    reserved    bigint := nullif(current_setting('taskflow.reserved', true), '')::bigint;
    reserved_to bigint := nullif(current_setting('taskflow.reserved_to', true), '')::bigint;
    new_seq     bigint;
begin
    if current_setting('taskflow.removing', true) = person::text then
        return null;
    end if;
    if reserved is not null then
        new_seq := reserved + 1;
        if new_seq <= coalesce(reserved_to, new_seq) then
            perform set_config('taskflow.reserved', new_seq::text, true);
            return new_seq;
        end if;
    end if;
    update app.users set seq = users.seq + 1 where users.id = person returning users.seq into new_seq;
    return new_seq;
end $$;

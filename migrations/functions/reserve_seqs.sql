-- Reserves `seq` numbers for about as many changes of one user, as updating a user's row ten thousand times
-- in a transaction takes seconds. Until `taskflow.reserved` is cleared, the transaction must not change data
-- of other users.
create or replace function app.reserve_seqs(person uuid, amount bigint) returns void language plpgsql as $$
declare
    last bigint;
begin
    update app.users set seq = users.seq + amount where users.id = person returning users.seq into last;
    perform set_config('taskflow.reserved', (last - amount)::text, true),
            set_config('taskflow.reserved_to', last::text, true);
end $$;

-- Acquires one of the places that a user has for requests of a kind, until the transaction ends. Returns false
-- if others have them all. Requests that may take long need a place, so nobody can fill the pool with them.
create or replace function app.acquire_place(kind text, person uuid, places int) returns boolean
language plpgsql as $$
begin
    for place in 1 .. places loop
        if pg_try_advisory_xact_lock(hashtextextended(kind || ' ' || person::text, place)) then
            return true;
        end if;
    end loop;
    return false;
end $$;

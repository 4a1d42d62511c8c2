-- Acquires a place for a request that may hold a connection for long, or refuses it while others of the user, of
-- the same kind, have half of the connections of a pool: a search may read much, and streams open one by one.
create or replace function app.take_place(kind text, person uuid) returns void language plpgsql as $$
begin
    if not app.acquire_place(kind, person, 32) then
        perform app.refuse('busy');
    end if;
end $$;

-- Begins a search of a user, or refuses it while others of the user have half of the connections of a pool: a
-- search may read much.
create or replace function app.begin_search(person uuid) returns void language plpgsql as $$
begin
    if not app.acquire_place('searching', person, 32) then
        perform app.refuse('busy');
    end if;
end $$;

-- The time zone of a user.
create or replace function app.zone(person uuid) returns text language plpgsql stable as $$
begin
    -- In PL/pgSQL, because a query in a SQL function is parsed again at every call.
    return (select users.timezone from app.users where users.id = person);
end $$;

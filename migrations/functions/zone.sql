-- The time zone of a user.
create or replace function app.zone(person uuid) returns text language plpgsql stable as $$
begin
    -- PL/pgSQL, because a SQL function would parse its query again at every call.
    return (select users.timezone from app.users where users.id = person);
end $$;

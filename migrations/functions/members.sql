-- The members of a JSON object, without its braces.
create or replace function app.members(object text) returns text language sql immutable as $$
    select substr(object, 2, length(object) - 2)
$$;

-- The prefix of every search word of a user. A prefix search reads all index entries that begin alike, and
-- with this prefix those are entries of one user.
create or replace function app.user_prefix(person uuid) returns text language sql immutable as $$
    select right(person::text, 8)
$$;

-- The shard of a user's events, 0 to 7. Events without a user are in shard 0.
create or replace function app.shard(person uuid) returns smallint language sql immutable as $$
    select (get_byte(uuid_send(coalesce(person, '00000000-0000-0000-0000-000000000000')), 15) & 7)::smallint
$$;

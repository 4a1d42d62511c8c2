-- The rank of a priority, as a sort key.
create or replace function app.priority_rank(priority text) returns int language sql immutable as $$
    select case priority when 'low' then 1 when 'medium' then 2 else 3 end
$$;

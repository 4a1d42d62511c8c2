-- Largest size of the items of a page in bytes, so that a response has at most 1 MiB. A response to an agent
-- shows them twice, as data and as text, in which the quotes of a quote are escaped too.
create or replace function app.page_bytes(principal jsonb) returns int language sql immutable as $$
    select case when principal ->> 'actor' = 'agent' then 256 * 1024 else 1016 * 1024 end
$$;

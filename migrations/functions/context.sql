-- A value that the frame has set for this transaction, as `actor` or `correlation_id`; null if it is not set.
create or replace function app.context(name text) returns text language sql stable as $$
    select nullif(current_setting('taskflow.' || name, true), '')
$$;

-- A setting of this transaction, such as `actor` or `correlation_id`, made by the frame; null if it is not
-- set.
create or replace function app.context(name text) returns text language sql stable as $$
    select nullif(current_setting('taskflow.' || name, true), '')
$$;

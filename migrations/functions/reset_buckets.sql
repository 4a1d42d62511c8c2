-- Deletes all buckets of a limit that was changed, so that it applies to every client from the start.
create or replace function app.reset_buckets() returns trigger language plpgsql as $$
begin
    -- Requests in progress may be adding slots by the old limit, which the deletion would not see.
    lock table app.buckets in share row exclusive mode;
    delete from app.buckets where buckets.key like old.name || ' %';
    return null;
end $$;

create or replace trigger reset_buckets after update or delete on app.limits
    for each row execute function app.reset_buckets();

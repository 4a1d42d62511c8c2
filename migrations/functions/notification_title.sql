-- The title of a notification about these tasks: that of the first one, and how many more there are.
create or replace function app.notification_title(tasks uuid[]) returns text language plpgsql stable as $$
declare
    first text := (select known.title from app.tasks as known where known.id = tasks[1]);
begin
    return case when cardinality(tasks) > 1 then format('%s and %s more', first, cardinality(tasks) - 1)
                else first end;
end $$;

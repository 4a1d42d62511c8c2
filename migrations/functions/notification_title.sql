-- The title of a notification about these tasks: that of the first task, and the number of the others.
create or replace function app.notification_title(task_ids uuid[]) returns text language plpgsql stable as $$
declare
    first text := (select tasks.title from app.tasks where tasks.id = task_ids[1]);
begin
    return case when cardinality(task_ids) > 1 then format('%s and %s more', first, cardinality(task_ids) - 1)
                else first end;
end $$;

create or replace function app.notification_title(kind text, task_ids uuid[]) returns text
language plpgsql stable as $$
begin
    return case when kind = 'reminder_failed' then 'No e-mail could be sent: ' else '' end
        || app.notification_title(task_ids);
end $$;

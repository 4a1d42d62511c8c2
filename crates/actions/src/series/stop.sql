-- frame: write, in steps
-- Stops a series of the caller. What is still to be done of it goes to the trash if that is wanted: one by one, so that each
-- task comes before its reminders in the order of changes. One row: `{"recurring_task", "open_tasks"}`, with how many those were.
declare
    its  series;
    one  uuid;
    many int := 0;
begin
    select * into its from series where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    if found then
        if its.version <> (input ->> 'version')::bigint then
            perform refuse('changed_meanwhile');
        end if;
        update series set place = null, stopped = true where series.id = its.id and series.place is not null;
        for one in
            select task.id from tasks as task
             where task.recurring_task_id = its.id and task.status = 'active' and task.deleted_at is null
             order by task.occurrence
        loop
            many := many + 1;
            if (input ->> 'delete_open')::boolean then
                update tasks set deleted_at = now() where tasks.id = one;
            end if;
        end loop;
        select * into its from series where series.id = its.id;
        lines := array[json_build_object('recurring_task', shown(its), 'open_tasks', many)::text];
        return next lines[1];
    end if;
end;

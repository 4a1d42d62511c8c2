-- frame: write, in steps
-- Stops a series of the caller. What is still to be done of it goes to the trash if that is wanted: one by one, so that each
-- task comes before its reminders in the order of changes.
declare
    its series;
    one uuid;
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
               and (input ->> 'delete_open')::boolean
             order by task.occurrence
        loop
            update tasks set deleted_at = now() where tasks.id = one;
        end loop;
        lines := '{true}';
        return next 'true';
    end if;
end;

-- frame: write
-- Stops a series of the caller. Its open tasks go to the trash if the request says so: one by one, so that
-- each task precedes its reminders in the order of changes. Returns `{recurring_task, open_tasks}`, with the
-- number of open tasks.
declare
    its  series;
    one  uuid;
    many int := 0;
begin
    select * into its from series where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    if found then
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
        return query select 'row', json_build_object('recurring_task', client_json(its), 'open_tasks', many)::text;
    end if;
end;

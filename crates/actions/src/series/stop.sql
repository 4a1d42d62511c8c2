-- frame: write
-- Stops a series of the caller. If requested, its open tasks go to the trash: one by one, so that each task
-- precedes its reminders in the order of changes. Returns `{recurring_task, open_tasks}`, with the number of
-- open tasks.
declare
    found_series series;
    open_id      uuid;
    open_count   int := 0;
begin
    select * into found_series from series
     where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    if found then
        update series set place = null, stopped = true
         where series.id = found_series.id and series.place is not null;
        for open_id in
            select task.id from tasks as task
             where task.recurring_task_id = found_series.id and task.status = 'active'
               and task.deleted_at is null
             order by task.occurrence
        loop
            open_count := open_count + 1;
            if (input ->> 'delete_open')::boolean then
                update tasks set deleted_at = now() where tasks.id = open_id;
            end if;
        end loop;
        select * into found_series from series where series.id = found_series.id;
        return query select 'row', json_build_object(
            'recurring_task', client_json(found_series), 'open_tasks', open_count)::text;
    end if;
end;

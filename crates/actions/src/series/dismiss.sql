-- frame: write
-- Moves the open missed tasks of a series of the caller to the trash: one by one, so that each task precedes
-- its reminders in the order of changes. Returns how many those were.
declare
    its    series;
    missed uuid[];
    one    uuid;
begin
    select * into its from series where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    if found then
        missed := array(
            select task.id from tasks as task
             where task.recurring_task_id = its.id and task.missed and task.status = 'active'
                 and task.deleted_at is null
             order by task.occurrence);
        perform reserve(caller, cardinality(missed));
        foreach one in array missed loop
            update tasks set deleted_at = now() where tasks.id = one;
        end loop;
        return query select 'row', json_build_object('dismissed', cardinality(missed))::text;
    end if;
end;

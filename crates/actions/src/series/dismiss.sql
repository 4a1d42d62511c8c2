-- frame: write
-- Moves the open missed tasks of a series of the caller to the trash: one by one, so that each task precedes
-- its reminders in the order of changes. Returns the number of these tasks.
declare
    found_series series;
    missed_ids   uuid[];
    missed_id    uuid;
begin
    select * into found_series from series
     where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    if found then
        missed_ids := array(
            select task.id from tasks as task
             where task.recurring_task_id = found_series.id and task.missed and task.status = 'active'
               and task.deleted_at is null
             order by task.occurrence);
        perform reserve_seqs(caller, cardinality(missed_ids));
        foreach missed_id in array missed_ids loop
            update tasks set deleted_at = now() where tasks.id = missed_id;
        end loop;
        return query select 'row', json_build_object('dismissed', cardinality(missed_ids))::text;
    end if;
end;

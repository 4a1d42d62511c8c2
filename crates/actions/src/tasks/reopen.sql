-- frame: write
-- Reopens a completed task of the caller, and withdraws the occurrences that followed it. An open one stays
-- as it is, without an event.
declare
    was_completed boolean;
    reopened      tasks;
begin
    select task.status = 'completed' into was_completed from tasks as task
     where task.id = (input ->> 'id')::uuid and task.user_id = caller and task.deleted_at is null;
    if found then
        update tasks as task set status = 'active', completed_at = null
         where task.id = (input ->> 'id')::uuid
        returning task.* into reopened;
        if was_completed and reopened.recurring_task_id is not null then
            perform withdraw_followers(reopened);
        end if;
        return query select 'row', client_json(reopened)::text;
    end if;
end;

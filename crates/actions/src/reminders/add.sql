-- frame: write
-- Adds a reminder to a task of the caller.
declare
    task         tasks;
    new_reminder reminders;
begin
    select * into task from tasks
     where tasks.id = (input ->> 'id')::uuid and tasks.user_id = caller and tasks.deleted_at is null;
    if found then
        if task.status <> 'active' then
            perform refuse('task_is_done');
        elsif input ? 'before' and task.due_date is null then
            perform refuse('no_due_date');
        elsif (select count(*) from reminders where reminders.task_id = task.id) >= 100 then
            perform refuse('too_many_reminders');
        end if;
        insert into reminders (id, user_id, task_id, at, before)
        values (coalesce((input ->> 'reminder_id')::uuid, gen_random_uuid()), caller, task.id,
                (input ->> 'at')::timestamptz, input ->> 'before')
        returning reminders.* into new_reminder;
        return query select 'row', client_json(new_reminder)::text;
    end if;
end;

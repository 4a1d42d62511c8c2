-- Sets `seq` of a changed reminder, and `remind_at` of a new one, which is cancelled at once if its task is not
-- open, or if it is relative and its time has passed. An absolute one was in the future when it was asked for: if
-- its time has passed while the request waited for a database that was away, it is sent at once.
create or replace function app.stamp_reminder() returns trigger language plpgsql as $$
declare
    task app.tasks;
begin
    if tg_op = 'INSERT' then
        select * into task from app.tasks where tasks.id = new.task_id;
        new.remind_at := coalesce(new.at, app.remind_at(task.due_date, new.before, new.user_id));
        if task.status <> 'active' or task.deleted_at is not null
           or new.at is null and coalesce(new.remind_at < now(), true) then
            new.status := 'cancelled';
        end if;
    elsif app.client_json(new)::text = app.client_json(old)::text then
        -- Clients do not see this change, so `/api/sync` need not return it.
        return new;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

create or replace trigger stamp before insert or update on app.reminders
    for each row execute function app.stamp_reminder();

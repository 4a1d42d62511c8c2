-- Updates the reminders of a changed task: relative ones move with its due date, and those of a completed or
-- deleted task are cancelled until it is open again.
create or replace function app.update_reminders() returns trigger language plpgsql as $$
declare
    is_open  boolean := new.status = 'active' and new.deleted_at is null;
    was_open boolean := old.status = 'active' and old.deleted_at is null;
begin
    if new.due_date is distinct from old.due_date then
        -- A reminder that was sent is pending again if its new time is in the future. Without a due date it
        -- is cancelled, and stays so.
        update app.reminders as reminder
           set remind_at = moved.at,
               status = case when is_open and moved.at >= now() then 'pending' else 'cancelled' end,
               attempts = 0, sent_at = null, claimed_until = null, notification_id = null
          from (select relative.id, app.remind_at(new.due_date, relative.before, new.user_id) as at
                  from app.reminders as relative
                 where relative.task_id = new.id and relative.before is not null) as moved
         where reminder.id = moved.id
           -- A pending one with a notification waits for its e-mail, and needs no other if it is due now.
           and (reminder.status = 'pending'
                and (reminder.notification_id is null or moved.at is distinct from now())
                or reminder.status = 'cancelled' and reminder.remind_at is not null
                or reminder.status in ('sent', 'failed') and moved.at > now() and is_open);
    end if;
    if was_open and not is_open then
        update app.reminders set status = 'cancelled'
         where reminders.task_id = new.id and reminders.status = 'pending';
    elsif is_open and not was_open then
        update app.reminders set status = 'pending', claimed_until = null, notification_id = null
         where reminders.task_id = new.id and reminders.status = 'cancelled' and reminders.remind_at > now();
    end if;
    return null;
end $$;

create or replace trigger update_reminders after update on app.tasks for each row
    when (old.due_date is distinct from new.due_date or old.status <> new.status
          or (old.deleted_at is null) <> (new.deleted_at is null))
    execute function app.update_reminders();

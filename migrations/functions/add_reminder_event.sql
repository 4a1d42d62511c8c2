-- Adds the event of a changed reminder. There is none for a reminder that moves with its task, which has
-- an event itself.
create or replace function app.add_reminder_event() returns trigger language plpgsql as $$
declare
    type text;
begin
    if tg_op = 'INSERT' then
        type := 'reminder.created';
    elsif new.snoozed_at is distinct from old.snoozed_at then
        type := 'reminder.snoozed';
    elsif new.status <> old.status and new.status <> 'pending' then
        type := 'reminder.' || new.status;
    else
        return null;
    end if;
    perform app.add_event(
        case when type in ('reminder.sent', 'reminder.failed') then 'reminders' else 'task-events' end,
        type, new.user_id, new.seq, new.id,
        case when tg_op = 'UPDATE' then app.client_json(old) end, app.client_json(new), null);
    return null;
end $$;

create or replace trigger add_event after insert or update on app.reminders
    for each row execute function app.add_reminder_event();

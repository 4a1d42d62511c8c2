-- frame: write
-- Snoozes a reminder of the caller: it is sent at the new time only.
declare
    reminder reminders;
    zone     text := zone(caller);
    until    timestamptz := case
        when input -> 'snooze' = '"tomorrow"'
            then instant((now() at time zone zone)::date + time '09:00' + interval '1 day', zone)
        when input -> 'snooze' ? 'minutes'
            then now() + (input #>> '{snooze,minutes}')::int * interval '1 minute'
        else (input #>> '{snooze,until}')::timestamptz end;
begin
    select reminders.* into reminder from reminders join tasks on tasks.id = reminders.task_id
     where reminders.id = (input ->> 'id')::uuid and reminders.user_id = caller and tasks.deleted_at is null;
    if found then
        if not exists (select from tasks where tasks.id = reminder.task_id and tasks.status = 'active') then
            perform refuse('task_is_done');
        elsif until <= now() then
            perform refuse('past_time');
        end if;
        update reminders
           set remind_at = until, status = 'pending', attempts = 0, sent_at = null,
               snoozed_at = clock_timestamp(), claimed_until = null, notification_id = null
         where reminders.id = reminder.id
        returning reminders.* into reminder;
        return query select 'row', client_json(reminder)::text;
    end if;
end;

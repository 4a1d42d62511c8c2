-- frame: open, for service
-- Claims due reminders, up to the batch size of the settings, and writes their events. Users whose row is
-- locked are left to the next claim. Returns the number of claims, and the time until the next reminder.
declare
    batch_size int := (select settings.reminder_batch from settings);
    due_ids    uuid[];
    reminder   reminders;
    claimed    int := 0;
begin
    due_ids := array(
        select reminders.id from reminders join users on users.id = reminders.user_id
         where reminders.status = 'pending' and reminders.notification_id is null
           and reminders.remind_at <= now()
           and (reminders.claimed_until is null or reminders.claimed_until < now())
         order by reminders.remind_at, reminders.id limit batch_size for no key update of users skip locked);
    for reminder in
        -- Read again, under the lock.
        select reminders.* from reminders
         where reminders.id = any (due_ids) and reminders.status = 'pending'
           and reminders.notification_id is null and reminders.remind_at <= now()
           and (reminders.claimed_until is null or reminders.claimed_until < now())
         order by reminders.remind_at, reminders.id
    loop
        update reminders set claimed_until = now() + interval '15 minutes' where reminders.id = reminder.id;
        perform add_event('reminders', 'reminder.due', reminder.user_id, next_seq(reminder.user_id),
                          reminder.id, null, client_json(reminder), null);
        claimed := claimed + 1;
    end loop;
    return query select 'row', json_build_object(
        'claimed', claimed,
        'next_ms', (select extract(epoch from min(reminders.remind_at) - clock_timestamp()) * 1000
                      from reminders
                     where reminders.status = 'pending' and reminders.notification_id is null
                       and (reminders.claimed_until is null or reminders.claimed_until < now())))::text;
end;

-- frame: open, uncounted, for service, in steps
-- Claims reminders whose time has come, as many as the setting says, and writes their events. Users to whom somebody writes
-- just now are left for the next look.
declare
    batch   int := (select settings.reminder_batch from settings);
    free    uuid[];
    one     reminders;
    claimed int := 0;
begin
    free := array(
        select reminders.id from reminders join users on users.id = reminders.user_id
         where reminders.status = 'pending' and reminders.notification_id is null and reminders.remind_at <= now()
           and (reminders.claimed_until is null or reminders.claimed_until < now())
         order by reminders.remind_at, reminders.id limit batch for no key update of users skip locked);
    for one in
        -- As they are now that nobody else can change them.
        select reminders.* from reminders
         where reminders.id = any (free) and reminders.status = 'pending' and reminders.notification_id is null
           and reminders.remind_at <= now() and (reminders.claimed_until is null or reminders.claimed_until < now())
         order by reminders.remind_at, reminders.id
    loop
        update reminders set claimed_until = now() + interval '15 minutes' where reminders.id = one.id;
        perform emit('reminders', 'reminder.due', one.user_id, next_seq(one.user_id), one.id, null, shown(one), null);
        claimed := claimed + 1;
    end loop;
    return next json_build_object(
        'claimed', claimed,
        'next_ms', (select extract(epoch from min(reminders.remind_at) - clock_timestamp()) * 1000 from reminders
                     where reminders.status = 'pending' and reminders.notification_id is null
                       and (reminders.claimed_until is null or reminders.claimed_until < now())))::text;
end;

-- frame: write, for service
-- Records that an e-mail was sent or has failed. It is retried after 1, 5 and 15 minutes; after that the user
-- is notified.
declare
    note   notifications;
    mail   mails;
    failed boolean := (input ->> 'failed')::boolean;
    over   boolean;
    mine   uuid[] := array(select one::uuid from jsonb_array_elements_text(input -> 'reminders') as one);
    lost   uuid[];
begin
    select * into note from notifications where notifications.id = (input ->> 'notification')::uuid
        and notifications.user_id = caller;
    select * into mail from mails where mails.notification_id = note.id;
    if not found then
        return;
    end if;
    over := failed and mail.attempts >= 3;
    -- Reminders that were snoozed meanwhile belong to another notification.
    with changed as (
        update reminders
           set attempts = reminders.attempts + 1,
               status   = case when over then 'failed' when failed then 'pending' else 'sent' end,
               sent_at  = case when not failed then clock_timestamp() end
         where reminders.id = any (mine) and reminders.notification_id = note.id
             and reminders.status = 'pending'
        returning reminders.task_id, reminders.remind_at
    )
    select array_agg(each.task_id order by each.first) into lost
      from (select changed.task_id, min(changed.remind_at) as first
          from changed group by changed.task_id) as each;
    if failed and not over then
        update mails
           set attempts = mail.attempts + 1, claimed_until = '-infinity',
               next_at  = now() + (array[interval '1 minute', interval '5 minutes',
                   interval '15 minutes'])[mail.attempts + 1]
         where mails.notification_id = note.id;
        return;
    end if;
    if over and lost is not null then
        insert into notifications (user_id, kind, title, task_ids, due_date, late, minute)
        values (caller, 'reminder_failed', left('No e-mail could be sent: ' || notification_title(lost), 600), lost,
            null, false, note.minute);
    end if;
    -- Reminders that joined the notification meanwhile get an e-mail of their own.
    if exists (select from reminders where reminders.notification_id = note.id
        and reminders.status = 'pending') then
        update mails set attempts = 0, next_at = now(), claimed_until = '-infinity'
            where mails.notification_id = note.id;
    else
        delete from mails where mails.notification_id = note.id;
    end if;
end;

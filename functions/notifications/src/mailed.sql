-- frame: write, for service
-- Records that an e-mail was sent or has failed. It is retried after 1, 5 and 15 minutes; after that the user
-- gets a notification, if it was about reminders.
declare
    notification notifications;
    mail         mails;
    has_failed   boolean := (input ->> 'failed')::boolean;
    gives_up     boolean;
    reminder_ids uuid[] := array(select id::uuid from jsonb_array_elements_text(input -> 'reminders') as id);
    mailed_tasks uuid[];
begin
    select * into mail from mails where mails.id = (input ->> 'mail')::uuid and mails.user_id = caller;
    if not found then
        return;
    end if;
    -- None if it is about the account: then there are no reminders either.
    select * into notification from notifications where notifications.id = mail.notification_id;
    gives_up := has_failed and mail.attempts >= 3;
    -- Reminders that were snoozed meanwhile belong to another notification.
    with changed as (
        update reminders
           set attempts = reminders.attempts + 1,
               status   = case when gives_up then 'failed' when has_failed then 'pending' else 'sent' end,
               sent_at  = case when not has_failed then clock_timestamp() end
         where reminders.id = any (reminder_ids) and reminders.notification_id = notification.id
           and reminders.status = 'pending'
        returning reminders.task_id, reminders.remind_at
    )
    select array_agg(task.id order by task.first) into mailed_tasks
      from (select changed.task_id as id, min(changed.remind_at) as first
              from changed group by changed.task_id) as task;
    if has_failed and not gives_up then
        update mails
           set attempts = mail.attempts + 1, claimed_until = '-infinity',
               next_at  = now() + (array[interval '1 minute', interval '5 minutes',
                                         interval '15 minutes'])[mail.attempts + 1]
         where mails.id = mail.id;
        return;
    end if;
    if gives_up and mailed_tasks is not null then
        insert into notifications (user_id, kind, title, task_ids, due_date, late, minute)
        values (caller, 'reminder_failed', notification_title('reminder_failed', mailed_tasks),
                mailed_tasks, null, false, notification.minute);
    end if;
    -- Reminders that joined the notification meanwhile get an e-mail of their own.
    if exists (select from reminders
                where reminders.notification_id = notification.id and reminders.status = 'pending') then
        update mails set attempts = 0, next_at = now(), claimed_until = '-infinity'
         where mails.id = mail.id;
    else
        delete from mails where mails.id = mail.id;
    end if;
end;

-- frame: consumer
-- Notifies users of due reminders. Reminders of the same minute share a digest of up to ten tasks, and late
-- ones are marked. Reminders that were snoozed or sent meanwhile, or whose task is done, are skipped.
declare
    -- The due reminders of a user and a minute.
    due          record;
    by_mail      boolean;
    notification notifications;
    -- Tasks of the notification so far, those that are added to it, and those without a notification.
    present      uuid[];
    added        uuid[];
    remaining    uuid[];
begin
    if exists (select from unnest(events) as event
                where not exists (select from users where users.id = event.user_id)
                  and not exists (select from removals where removals.user_id = event.user_id)) then
        perform refuse('user_deleted');
    end if;
    perform from users where users.id = any (array(select event.user_id from unnest(events) as event))
      order by users.id for no key update;
    for due in
        select minutes.user_id, minutes.minute, min(reminder.remind_at) as first_at,
               array_agg(reminder.id order by reminder.remind_at, reminder.id) as reminder_ids,
               array_agg(reminder.task_id order by reminder.remind_at, reminder.id) as tasks_of_reminders
          from (select distinct reminder.user_id, date_trunc('minute', reminder.remind_at) as minute
                  from unnest(events) as event join reminders as reminder
                    on reminder.id = (event.input ->> 'reminder')::uuid and reminder.user_id = event.user_id
                 where reminder.status = 'pending' and reminder.notification_id is null
                   and reminder.remind_at = (event.input ->> 'remind_at')::timestamptz) as minutes
          -- Includes reminders of the same minute whose events are still on their way.
          join reminders as reminder
            on reminder.user_id = minutes.user_id and reminder.status = 'pending'
           and reminder.notification_id is null and reminder.remind_at >= minutes.minute
           and reminder.remind_at < minutes.minute + interval '1 minute' and reminder.remind_at <= now()
          join tasks on tasks.id = reminder.task_id and tasks.status = 'active' and tasks.deleted_at is null
         group by minutes.user_id, minutes.minute
         order by first_at
    loop
        by_mail := (select users.email_reminders and users.email_verified
                      from users where users.id = due.user_id);
        -- Each task once, even if it has several reminders.
        remaining := array(select task.id
                             from unnest(due.tasks_of_reminders) with ordinality as task (id, number)
                            group by task.id order by min(task.number));
        while cardinality(remaining) > 0 loop
            -- An unread notification of this minute whose tasks are all open is extended if there is room.
            select * into notification from notifications
             where notifications.user_id = due.user_id and notifications.minute = due.minute
               and notifications.kind in ('reminder', 'digest') and notifications.read_at is null
               and (cardinality(notifications.task_ids) < 10 or notifications.task_ids @> remaining[1:1])
               and (select count(*) from tasks
                     where tasks.id = any (notifications.task_ids) and tasks.status = 'active'
                       and tasks.deleted_at is null) = cardinality(notifications.task_ids)
             order by notifications.created_at desc limit 1;
            present := case when found then notification.task_ids else '{}' end;
            added := array(select task.id from unnest(remaining) with ordinality as task (id, number)
                            where task.id <> all (present) order by task.number
                            limit 10 - cardinality(present));
            if cardinality(present) = 0 then
                insert into notifications (user_id, kind, title, task_ids, due_date, late, minute)
                values (due.user_id, case when cardinality(added) > 1 then 'digest' else 'reminder' end,
                        notification_title(added), added,
                        case when cardinality(added) = 1
                             then (select tasks.due_date from tasks where tasks.id = added[1]) end,
                        due.first_at < now() - interval '30 seconds', due.minute)
                returning notifications.* into notification;
            elsif cardinality(added) > 0 then
                update notifications
                   set task_ids = present || added, kind = 'digest',
                       title = notification_title(present || added), due_date = null,
                       late = notifications.late or due.first_at < now() - interval '30 seconds'
                 where notifications.id = notification.id
                returning notifications.* into notification;
            end if;
            update reminders
               set notification_id = notification.id,
                   status   = case when by_mail then 'pending' else 'sent' end,
                   attempts = case when by_mail then 0 else 1 end,
                   sent_at  = case when not by_mail then clock_timestamp() end
             where reminders.id = any (due.reminder_ids) and reminders.task_id = any (notification.task_ids);
            insert into mails (notification_id, user_id)
            select notification.id, due.user_id where by_mail
            on conflict do nothing;
            remaining := array(select task.id from unnest(remaining) with ordinality as task (id, number)
                                where task.id <> all (notification.task_ids) order by task.number);
        end loop;
    end loop;
end;

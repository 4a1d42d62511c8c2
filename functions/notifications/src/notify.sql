-- frame: consumer
-- Notifies users of due reminders. Reminders of the same minute share a digest of up to ten tasks, and late
-- ones are marked. Reminders that were snoozed or sent meanwhile, or whose task is done, are skipped.
declare
    told   record;
    by_mail boolean;
    note   notifications;
    earlier uuid[];
    chunk  uuid[];
    rest   uuid[];
begin
    if exists (select from unnest(events) as came
        where not exists (select from users where users.id = came.user_id)) then
        perform refuse('the user is gone');
    end if;
    perform from users where users.id = any (array(select came.user_id from unnest(events) as came))
      order by users.id for no key update;
    for told in
        select due.user_id, due.minute, min(one.remind_at) as first,
               array_agg(one.id order by one.remind_at, one.id) as reminders,
               array_agg(one.task_id order by one.remind_at, one.id) as of_tasks
          from (select distinct known.user_id, date_trunc('minute', known.remind_at) as minute
                  from unnest(events) as came join reminders as known
                    on known.id = (came.input ->> 'reminder')::uuid and known.user_id = came.user_id
                 where known.status = 'pending' and known.notification_id is null
                   and known.remind_at = (came.input ->> 'remind_at')::timestamptz) as due
          -- Reminders of the same minute whose events are still on their way.
          join reminders as one on one.user_id = due.user_id and one.status = 'pending'
              and one.notification_id is null
           and one.remind_at >= due.minute and one.remind_at < due.minute + interval '1 minute'
               and one.remind_at <= now()
          join tasks on tasks.id = one.task_id and tasks.status = 'active' and tasks.deleted_at is null
         group by due.user_id, due.minute
         order by first
    loop
        by_mail := (select users.email_reminders and users.email is not null from users
            where users.id = told.user_id);
        -- Each task once, however many reminders it has.
        rest := array(select each.id from unnest(told.of_tasks) with ordinality as each (id, number)
                       group by each.id order by min(each.number));
        while cardinality(rest) > 0 loop
            -- An unread notification of this minute whose tasks are all open is extended if there is room.
            select * into note from notifications
             where notifications.user_id = told.user_id and notifications.minute = told.minute
               and notifications.kind in ('reminder', 'digest') and notifications.read_at is null
               and (cardinality(notifications.task_ids) < 10 or notifications.task_ids @> rest[1:1])
               and (select count(*) from tasks where tasks.id = any (notifications.task_ids)
                   and tasks.status = 'active'
                       and tasks.deleted_at is null) = cardinality(notifications.task_ids)
             order by notifications.created_at desc limit 1;
            earlier := case when found then note.task_ids else '{}' end;
            chunk := array(select id from unnest(rest) with ordinality as each (id, number)
                            where each.id <> all (earlier) order by each.number
                                limit 10 - cardinality(earlier));
            if cardinality(earlier) = 0 then
                insert into notifications (user_id, kind, title, task_ids, due_date, late, minute)
                values (told.user_id, case when cardinality(chunk) > 1 then 'digest'
                    else 'reminder' end, notification_title(chunk), chunk,
                        case when cardinality(chunk) = 1
                            then (select tasks.due_date from tasks where tasks.id = chunk[1]) end,
                        told.first < now() - interval '30 seconds', told.minute)
                returning notifications.* into note;
            elsif cardinality(chunk) > 0 then
                update notifications
                   set task_ids = earlier || chunk, kind = 'digest', title = notification_title(earlier || chunk),
                       due_date = null,
                       late = notifications.late or told.first < now() - interval '30 seconds'
                 where notifications.id = note.id
                returning notifications.* into note;
            end if;
            update reminders
               set notification_id = note.id,
                   status   = case when by_mail then 'pending' else 'sent' end,
                   attempts = case when by_mail then 0 else 1 end,
                   sent_at  = case when not by_mail then clock_timestamp() end
             where reminders.id = any (told.reminders) and reminders.task_id = any (note.task_ids);
            insert into mails (notification_id, user_id)
            select note.id, told.user_id where by_mail
            on conflict do nothing;
            rest := array(select each.id from unnest(rest) with ordinality as each (id, number)
                           where each.id <> all (note.task_ids) order by each.number);
        end loop;
    end loop;
end;

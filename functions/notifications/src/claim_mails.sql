-- frame: open, uncounted, for service
-- Claims e-mails that are due, and returns their content: the tasks whose reminders are still pending.
with mine as (
    update mails set claimed_until = now() + interval '30 seconds'
     where mails.notification_id = any (array(
           select due.notification_id from mails as due where due.next_at <= now()
               and due.claimed_until < now()
            order by due.next_at limit 20 for update skip locked))
    returning mails.notification_id, mails.user_id
), reminded as materialized (
    select mine.notification_id, reminders.id, reminders.task_id, reminders.remind_at
      from mine join reminders on reminders.notification_id = mine.notification_id
          and reminders.status = 'pending'
)
select 'row', json_build_object(
           'notification', mine.notification_id, 'user', mine.user_id, 'unsubscribe', users.unsubscribe,
               'late', notifications.late,
           'email', case when users.email_reminders then users.email end,
           'reminders', (select coalesce(json_agg(reminded.id), '[]') from reminded
                          where reminded.notification_id = mine.notification_id),
           'tasks', (select coalesce(json_agg(json_build_object(
                                'id', tasks.id, 'title', tasks.title,
                                'due', to_char(tasks.due_date at time zone users.timezone,
                                               case when tasks.all_day then 'FMDy, FMDD Mon YYYY'
                                                    else 'FMDy, FMDD Mon YYYY, HH24:MI' end))
                                                        order by each.first), '[]')
                       from (select reminded.task_id, min(reminded.remind_at) as first from reminded
                              where reminded.notification_id = mine.notification_id group by reminded.task_id) as each
                       join tasks on tasks.id = each.task_id))::text
  from mine join users on users.id = mine.user_id join notifications
      on notifications.id = mine.notification_id

-- frame: open, for service
-- Claims e-mails that are due, and returns their content: the tasks whose reminders are still pending.
with claimed as (
    update mails set claimed_until = now() + interval '30 seconds'
     where mails.notification_id = any (array(
           select due.notification_id from mails as due
            where due.next_at <= now() and due.claimed_until < now()
            order by due.next_at limit 20 for update skip locked))
    returning mails.notification_id, mails.user_id
), pending as materialized (
    select claimed.notification_id, reminders.id, reminders.task_id, reminders.remind_at
      from claimed join reminders
        on reminders.notification_id = claimed.notification_id and reminders.status = 'pending'
)
select 'row', json_build_object(
           'notification', claimed.notification_id, 'user', claimed.user_id,
           'unsubscribe', users.unsubscribe, 'late', notifications.late,
           'email', case when users.email_reminders then users.email end,
           'reminders', (select coalesce(json_agg(pending.id), '[]') from pending
                          where pending.notification_id = claimed.notification_id),
           'tasks', (select coalesce(json_agg(json_build_object(
                                'id', tasks.id, 'title', tasks.title,
                                'due', to_char(tasks.due_date at time zone users.timezone,
                                               case when tasks.all_day then 'FMDy, FMDD Mon YYYY'
                                                    else 'FMDy, FMDD Mon YYYY, HH24:MI' end))
                                            order by reminded.first), '[]')
                       from (select pending.task_id, min(pending.remind_at) as first from pending
                              where pending.notification_id = claimed.notification_id
                              group by pending.task_id) as reminded
                       join tasks on tasks.id = reminded.task_id))::text
  from claimed join users on users.id = claimed.user_id
  join notifications on notifications.id = claimed.notification_id

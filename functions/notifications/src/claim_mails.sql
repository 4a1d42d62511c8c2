-- frame: open, for service
-- Claims e-mails that are due, and returns their content: the tasks whose reminders are still pending, or the
-- token of a new link, of which only the hash is stored. An attempt does not reuse the token of one that has
-- failed, as that e-mail may have been delivered nevertheless.
with claimed as (
    update mails set claimed_until = now() + interval '30 seconds'
     where mails.id = any (array(
           select due.id from mails as due
            where due.next_at <= now() and due.claimed_until < now()
            order by due.next_at limit 20 for update skip locked))
    returning mails.id, mails.user_id, mails.kind, mails.notification_id, mails.email
), pending as materialized (
    select claimed.notification_id, reminders.id, reminders.task_id, reminders.remind_at
      from claimed join reminders
        on reminders.notification_id = claimed.notification_id and reminders.status = 'pending'
), new_links as materialized (
    select claimed.id as mail_id,
           replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') as token
      from claimed where claimed.kind in ('confirm_email', 'reset_password')
), stored_links as (
    insert into links (token_hash, user_id, purpose, email, expires_at)
    select encode(sha256(convert_to(new_links.token, 'UTF8')), 'hex'), claimed.user_id, claimed.kind,
           claimed.email,
           now() + case claimed.kind when 'confirm_email' then interval '1 day' else interval '1 hour' end
      from claimed join new_links on new_links.mail_id = claimed.id
)
select 'row', json_build_object(
           'mail', claimed.id, 'user', claimed.user_id, 'kind', claimed.kind,
           'email', case when claimed.kind <> 'reminder' then claimed.email
                         when users.email_reminders and users.email_verified then users.email end,
           'token', new_links.token, 'account', users.email,
           'unsubscribe', users.unsubscribe, 'late', notifications.late,
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
  left join notifications on notifications.id = claimed.notification_id
  left join new_links on new_links.mail_id = claimed.id

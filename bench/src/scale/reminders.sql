-- Creates reminders of a third of the open tasks of the user of each of these sessions: past ones are sent,
-- each with a notification. None is due within a day, as it would disturb the measurements.
-- $1: hashes of tokens.
with created as materialized (
    select task.id as task_id, task.user_id, task.title, task.due_date,
           task.due_date - interval '1 hour' as remind_at,
           case when task.due_date < now() then gen_random_uuid() end as notification_id,
           person.seq + 2 * row_number() over (partition by person.id) as seq
      from app.sessions as session
      join app.users as person on person.id = session.user_id
      join app.tasks as task on task.user_id = person.id
     where session.token_hash = any ($1::text[]) and task.status = 'active' and task.seq % 3 = 0
       and task.due_date not between now() and now() + interval '25 hours'
), new_reminders as (
    insert into app.reminders (user_id, task_id, before, remind_at, status, attempts, sent_at,
                               notification_id, created_at, seq)
    select user_id, task_id, '1h', remind_at, case when due_date < now() then 'sent' else 'pending' end,
           case when due_date < now() then 1 else 0 end, case when due_date < now() then remind_at end,
           notification_id, remind_at - interval '30 days', seq
      from created
), new_notifications as (
    insert into app.notifications (id, user_id, kind, title, task_ids, due_date, minute, read_at, created_at,
                                   seq)
    select notification_id, user_id, 'reminder', title, array[task_id], due_date,
           date_trunc('minute', remind_at), case when seq % 3 > 0 then remind_at + interval '1 hour' end,
           remind_at, seq - 1
      from created where notification_id is not null
)
update app.users as person set seq = person.seq + 2 * made.times
  from (select user_id, count(*) as times from created group by user_id) as made
 where person.id = made.user_id

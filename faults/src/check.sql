-- Compares what was answered with what is there. Returns a row for each difference: the drill, `lost` or
-- `doubled`, the id, and what is different. What is still on its way counts as lost.
-- $1: hashes of the users' tokens, $2: the tasks as the last answers left them, $3: the highest `seq` that
-- each user was answered with, in the order of the hashes.
with people as materialized (
    select session.user_id as id, answered.seq
      from unnest($1::text[], $3::bigint[]) as answered (hash, seq)
      join app.sessions as session on session.token_hash = answered.hash
), expected as materialized (
    select * from jsonb_to_recordset($2::jsonb) as task (
        drill text, id uuid, title text, updates int, status text, deleted boolean, series uuid,
        reminder uuid, is_known boolean)
), known as materialized (
    select * from expected where is_known
), trail as materialized (
    select audit.event_id, audit.event_type as type, audit.task_id, audit.data ->> 'reminder_id' as reminder
      from app.audit where audit.user_id in (select people.id from people)
), events as materialized (
    select trail.task_id, trail.type, count(*) as times from trail
     where trail.type like 'task.%' group by 1, 2
), occurrences as materialized (
    select task.recurring_task_id as id, count(*) as times,
           count(*) filter (where task.status = 'active' and task.deleted_at is null) as open
      from app.tasks as task where task.recurring_task_id in (select known.series from known) group by 1
), notified as materialized (
    select task.id, count(*) as times
      from app.notifications as notification, unnest(notification.task_ids) as task (id)
     where notification.user_id in (select people.id from people) group by 1
), sent as materialized (
    select trail.reminder, count(*) as times from trail where trail.type = 'reminder.sent' group by 1
)
-- The last answered state of each task, and tasks that nobody was answered with.
select known.drill, 'lost' as kind, known.id::text,
       case when task.id is null then 'the task is not there'
            else format('the task is %s, answered was %s',
                        (task.title, task.status, task.deleted_at is not null),
                        (known.title, known.status, known.deleted)) end as difference
  from known left join app.tasks as task on task.id = known.id
 where (task.title, task.status, task.deleted_at is not null)
       is distinct from (known.title, known.status, known.deleted)
union all
select split_part(task.title, ' ', 1), 'doubled', task.id::text, 'no writer was answered with this task'
  from app.tasks as task
 where task.user_id in (select people.id from people)
   and task.id not in (select known.id from known)
   and task.title not in (select expected.title from expected where not is_known)
   and (task.recurring_task_id is null or task.recurring_task_id not in (
           select known.series from known where known.series is not null))
union all
-- One event in the audit trail for each answered write.
select known.drill, case when coalesce(events.times, 0) < answered.times then 'lost' else 'doubled' end,
       known.id::text,
       format('the audit trail has %s times %s, answered was %s', coalesce(events.times, 0), answered.type,
              answered.times)
  from known
 cross join lateral (values
       ('task.created', 1), ('task.updated', known.updates),
       ('task.completed', (known.status = 'completed')::int), ('task.deleted', known.deleted::int)
       ) as answered (type, times)
  left join events on events.task_id = known.id and events.type = answered.type
 where coalesce(events.times, 0) <> answered.times
union all
-- Every event of all changes in the audit trail, once; none that waits or was given up.
select split_part(event.title, ' ', 1), 'lost', event.event_id::text,
       format('the event %s of %s is not in the audit trail', event.type, event.subject_id)
  from public.every_event as event
 where not exists (select from app.audit where audit.occurred_at = event.occurred_at
                                           and audit.event_id = event.event_id)
union all
select null, 'doubled', trail.event_id::text, format('the audit trail has the event %s times', count(*))
  from trail group by trail.event_id having count(*) > 1
union all
select null, 'lost', outbox.event_id::text,
       format('the event %s waits in the outbox: %s', outbox.type, outbox.last_error)
  from app.outbox
union all
select null, 'lost', parked.event_id::text,
       format('the event %s is parked: %s', parked.type, parked.last_error)
  from app.parked
union all
select null, 'lost', letter.event_id, format('a dead letter of %s: %s', letter.consumer, letter.reason)
  from app.dead_letters as letter
union all
-- One next occurrence of each completed one.
select known.drill, case when coalesce(found.times, 0) > 2 then 'doubled' else 'lost' end, known.series::text,
       format('the series has %s tasks, %s of them open, after one was completed', coalesce(found.times, 0),
              coalesce(found.open, 0))
  from known left join occurrences as found on found.id = known.series
 where known.series is not null and (found.times, found.open) is distinct from (2::bigint, 1::bigint)
union all
-- One notification of each reminder.
select known.drill, case when notified.times > 1 or sent.times > 1 then 'doubled' else 'lost' end,
       known.reminder::text,
       format('the reminder is %s, with %s notifications and %s times reminder.sent', reminder.status,
              coalesce(notified.times, 0), coalesce(sent.times, 0))
  from known
  left join app.reminders as reminder on reminder.id = known.reminder
  left join notified on notified.id = known.id
  left join sent on sent.reminder = known.reminder::text
 where known.reminder is not null
   and (reminder.status, notified.times, sent.times) is distinct from ('sent', 1::bigint, 1::bigint)
union all
-- The newest `seq` of each user.
select null, 'lost', person.id::text, format('the newest seq is %s, answered was %s', person.seq, people.seq)
  from people join app.users as person on person.id = people.id
 where person.seq < people.seq

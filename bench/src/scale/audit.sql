-- Adds events of a month to the audit trail, in the order of their time: one of most tasks of registered
-- users, so that a task has ten in twelve months.
-- $1: number of months before the current one.
insert into app.audit (event_id, occurred_at, event_type, user_id, task_id, seq, data)
select event.id, event.at, event.type, event.user_id, event.task_id, event.seq,
       json_build_object(
           'schema_version', 1, 'event_id', event.id, 'correlation_id', md5(event.id::text),
           'user_id', event.user_id, 'seq', event.seq, 'actor', 'user', 'actor_name', null,
           'occurred_at', event.at, 'task_id', event.task_id,
           'before', case when event.type <> 'task.created' then event.state end, 'after', event.state,
           'changes', case event.type
               when 'task.created' then '{}'
               when 'task.completed' then json_build_object(
                   'status', json_build_object('from', 'active', 'to', 'completed'))
               else json_build_object('title', json_build_object('from', event.title, 'to', event.title))
               end,
           'details', null)
  from (select task.id as task_id, task.user_id, task.title, app.client_json(task) as state,
               gen_random_uuid() as id,
               month.first + random() * (month.last - month.first) as at,
               (array['task.created', 'task.updated', 'task.completed'])[1 + mark.number % 3] as type,
               (11 - $1::int) * 80 + mark.number % 80 as seq
          from app.tasks as task
          join app.users as person on person.id = task.user_id and not person.guest
         cross join lateral (select (hashtext(task.id::text) & 65535) + $1::int as number) as mark
         cross join (select start.at as first,
                            least(start.at + interval '1 month', now()) as last
                       from (select date_trunc('month', now()) - $1::int * interval '1 month' as at) as start
               ) as month
         where mark.number % 6 > 0
         order by at) as event

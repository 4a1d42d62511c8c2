-- frame: read
-- Returns the changes of the caller after `since`, in order and in their current state: tasks (also in the
-- trash), series, reminders, notifications, and tombstones of things that were deleted for good. One
-- snapshot, so there are no gaps. Returns nothing if the client must start over. A client that starts gets
-- everything up to the last forgotten tombstone at once: only from there on does its position prove that it
-- has missed none.
with person as (
    select users.seq, users.forgotten_seq, (input ->> 'since')::bigint as since from users
        where users.id = caller
), changed as (
    select task.seq, 'task' as kind, task.id, task.deleted_at is not null as deleted
        from person, tasks as task
     where task.user_id = caller and task.seq > person.since
    union all
    select series.seq, 'recurring_task', series.id, false from person, series
     where series.user_id = caller and series.seq > person.since
    union all
    select reminders.seq, 'reminder', reminders.id, false from person, reminders
     where reminders.user_id = caller and reminders.seq > person.since
    union all
    select notifications.seq, 'notification', notifications.id, false from person, notifications
     where notifications.user_id = caller and notifications.seq > person.since
    union all
    select tombstone.seq, tombstone.kind, tombstone.id, true from person, tombstones as tombstone
     where tombstone.user_id = caller and tombstone.seq > person.since
), old as (
    select count(*) as many from person, changed where changed.seq <= person.forgotten_seq
), page as materialized (
    select changed.* from changed order by changed.seq
     limit (select old.many + (input ->> 'limit')::int + 1 from old)
), kept as (
    select page.* from page order by page.seq limit (select old.many + (input ->> 'limit')::int from old)
)
select 'row', json_build_object(
           'changes', coalesce((
               select json_agg(json_build_object(
                          'seq', kept.seq, 'kind', kept.kind, 'id', kept.id, 'deleted', kept.deleted,
                          'data', case kept.kind
                                      when 'task' then (select client_json(task) from tasks as task
                                          where task.id = kept.id)
                                      when 'recurring_task' then (select client_json(series) from series
                                          where series.id = kept.id)
                                      when 'reminder' then (select client_json(reminders) from reminders
                                          where reminders.id = kept.id)
                                      else (select client_json(notifications) from notifications
                                          where notifications.id = kept.id)
                                  end)
                                order by kept.seq)
                 from kept), '[]'),
           'seq', case when (select count(*) from page) > (select count(*) from kept)
                       then (select max(kept.seq) from kept) else person.seq end,
           'more', (select count(*) from page) > (select count(*) from kept))::text
  from person
 where person.since <= person.seq and (person.since = 0 or person.since >= person.forgotten_seq)

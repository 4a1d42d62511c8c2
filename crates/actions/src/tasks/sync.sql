-- frame: read
-- Returns the changes of the caller after `since`, in order and in their current state: tasks (also in the
-- trash), series, reminders, notifications, and tombstones of items that were deleted for good. It reads one
-- snapshot, so there are no gaps. Returns nothing if the client must sync from the start: its position is too
-- old, of another history (`epoch`), or in the future of this one.
--
-- A client that syncs from the start gets everything up to the last deleted tombstone in one page: a position
-- before that would be too old for the next page.
with person as (
    select users.seq, users.forgotten_seq, (input ->> 'since')::bigint as since, epoch() as epoch
      from users where users.id = caller
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
), page_size as (
    select count(*) + (input ->> 'limit')::int as rows
      from person, changed where changed.seq <= person.forgotten_seq
), found as materialized (
    select changed.* from changed order by changed.seq limit (select page_size.rows + 1 from page_size)
), page as (
    select found.* from found order by found.seq limit (select page_size.rows from page_size)
)
select 'row', json_build_object(
           'changes', coalesce((
               select json_agg(json_build_object(
                          'seq', page.seq, 'kind', page.kind, 'id', page.id, 'deleted', page.deleted,
                          'data', case page.kind
                                      when 'task' then (
                                          select client_json(task) from tasks as task where task.id = page.id)
                                      when 'recurring_task' then (
                                          select client_json(series) from series where series.id = page.id)
                                      when 'reminder' then (
                                          select client_json(reminders) from reminders
                                           where reminders.id = page.id)
                                      else (
                                          select client_json(notifications) from notifications
                                           where notifications.id = page.id)
                                  end)
                                order by page.seq)
                 from page), '[]'),
           'seq', case when (select count(*) from found) > (select count(*) from page)
                       then (select max(page.seq) from page) else person.seq end,
           'more', (select count(*) from found) > (select count(*) from page), 'epoch', person.epoch)::text
  from person
 where person.since <= person.seq and (person.since = 0 or person.since >= person.forgotten_seq)
   and coalesce(input ->> 'epoch', person.epoch) = person.epoch

-- The changes of a user after `since`, in order and in their current state: tasks (also in the trash),
-- series, reminders, notifications, and tombstones of items that were deleted for good. They are read in one
-- snapshot, so there are no gaps. A page of long texts ends before its limit. Returns the changes as members
-- of a JSON array, `last_seq` of the last one, `more` if there are others, and the user's newest `seq`. With
-- `upto`, it is as if that were the newest: what has changed later is left out.
create or replace function app.changes_since(
    person uuid, since bigint, upto bigint, max_items int, max_bytes int,
    out changes text, out last_seq bigint, out more boolean, out seq bigint, out forgotten_seq bigint
) language plpgsql stable as $$
#variable_conflict use_column
begin
    -- Each kind has its own limit, so that a page does not read all that is left of it.
    with changed as (
        (select task.seq, 'task' as kind, task.id, task.deleted_at is not null as deleted,
                octet_length(task.description) as length
           from app.tasks as task
          where task.user_id = person and task.seq > since and task.seq <= coalesce(upto, task.seq)
          order by task.seq limit max_items + 1)
        union all
        (select series.seq, 'recurring_task', series.id, false, octet_length(series.description)
           from app.series
          where series.user_id = person and series.seq > since and series.seq <= coalesce(upto, series.seq)
          order by series.seq limit max_items + 1)
        union all
        (select reminders.seq, 'reminder', reminders.id, false, 0
           from app.reminders
          where reminders.user_id = person and reminders.seq > since and reminders.seq <= coalesce(upto, reminders.seq)
          order by reminders.seq limit max_items + 1)
        union all
        (select notifications.seq, 'notification', notifications.id, false, 0
           from app.notifications
          where notifications.user_id = person and notifications.seq > since and notifications.seq <= coalesce(upto, notifications.seq)
          order by notifications.seq limit max_items + 1)
        union all
        (select tombstone.seq, tombstone.kind, tombstone.id, true, 0
           from app.tombstones as tombstone
          where tombstone.user_id = person and tombstone.seq > since and tombstone.seq <= coalesce(upto, tombstone.seq)
          order by tombstone.seq limit max_items + 1)
    ), found as materialized (
        -- Lengths of descriptions are known without reading them.
        select next.*, sum(next.length) over (order by next.seq) - coalesce(next.length, 0) as text_before
          from (select changed.* from changed order by changed.seq limit max_items + 1) as next
    ), built as materialized (
        select found.seq,
               json_build_object(
                   'seq', found.seq, 'kind', found.kind, 'id', found.id, 'deleted', found.deleted,
                   -- The id of a tombstone may be that of something of another user by now.
                   'data', case found.kind
                               when 'task' then (
                                   select app.client_json(task) from app.tasks as task
                                    where task.id = found.id and task.user_id = person)
                               when 'recurring_task' then (
                                   select app.client_json(series) from app.series
                                    where series.id = found.id and series.user_id = person)
                               when 'reminder' then (
                                   select app.client_json(reminders) from app.reminders
                                    where reminders.id = found.id and reminders.user_id = person)
                               else (
                                   select app.client_json(notifications) from app.notifications
                                    where notifications.id = found.id and notifications.user_id = person)
                           end)::text as change
          from found where coalesce(found.text_before, 0) <= max_bytes
    ), page as (
        select sized.seq, sized.change
          from (select built.*, row_number() over (order by built.seq) as number,
                       sum(octet_length(built.change) + 1) over (order by built.seq) as bytes
                  from built) as sized
         where sized.number <= max_items and (sized.bytes <= max_bytes or sized.number = 1)
    ), whole as (
        select string_agg(page.change, ',' order by page.seq) as changes, max(page.seq) as last_seq,
               count(*) < (select count(*) from found) as more
          from page
    )
    select whole.changes, whole.last_seq, whole.more, least(users.seq, upto), users.forgotten_seq
      into changes, last_seq, more, seq, forgotten_seq
      from app.users, whole where users.id = person;
end $$;

-- frame: read
-- Returns the changes of the caller after `since`, in order and in their current state: tasks (also in the
-- trash), series, reminders, notifications, and tombstones of items that were deleted for good. They are read
-- in one snapshot, so there are no gaps. A page of long texts ends before its limit. Returns nothing if the
-- client must sync from the start: its position is too old, of another history (`epoch`), or in the future of
-- this one.
--
-- Tombstones are forgotten at some time, so a position before that is too old to continue from, except for a
-- client that has just got there on its way from the start: `full_syncs` has these positions.
declare
    since      bigint := (input ->> 'since')::bigint;
    max_items  int := (input ->> 'limit')::int;
    max_bytes  int := page_bytes(principal);
    client_key text := coalesce(principal ->> 'session', principal ->> 'token', principal ->> 'subject', '');
    history    text := epoch();
    reply      record;
begin
    -- Each kind has its own limit, so that a page does not read all that is left of it.
    with changed as (
        (select task.seq, 'task' as kind, task.id, task.deleted_at is not null as deleted,
                octet_length(task.description) as length
           from tasks as task where task.user_id = caller and task.seq > since
          order by task.seq limit max_items + 1)
        union all
        (select series.seq, 'recurring_task', series.id, false, octet_length(series.description)
           from series where series.user_id = caller and series.seq > since
          order by series.seq limit max_items + 1)
        union all
        (select reminders.seq, 'reminder', reminders.id, false, 0
           from reminders where reminders.user_id = caller and reminders.seq > since
          order by reminders.seq limit max_items + 1)
        union all
        (select notifications.seq, 'notification', notifications.id, false, 0
           from notifications where notifications.user_id = caller and notifications.seq > since
          order by notifications.seq limit max_items + 1)
        union all
        (select tombstone.seq, tombstone.kind, tombstone.id, true, 0
           from tombstones as tombstone where tombstone.user_id = caller and tombstone.seq > since
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
                                   select client_json(task) from tasks as task
                                    where task.id = found.id and task.user_id = caller)
                               when 'recurring_task' then (
                                   select client_json(series) from series
                                    where series.id = found.id and series.user_id = caller)
                               when 'reminder' then (
                                   select client_json(reminders) from reminders
                                    where reminders.id = found.id and reminders.user_id = caller)
                               else (
                                   select client_json(notifications) from notifications
                                    where notifications.id = found.id and notifications.user_id = caller)
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
    select whole.*, users.seq, users.forgotten_seq into reply
      from users, whole
     where users.id = caller and since <= users.seq and coalesce(input ->> 'epoch', history) = history
       and (since = 0 or since >= users.forgotten_seq
            or exists (select from full_syncs as begun
                        where begun.user_id = caller and begun.credential = client_key and begun.seq = since
                          and begun.started_at > now() - interval '1 day'));
    if not found then
        return;
    end if;
    if reply.more and reply.last_seq < reply.forgotten_seq then
        insert into full_syncs (user_id, credential, seq, started_at)
        values (caller, client_key, reply.last_seq, coalesce((
            select begun.started_at from full_syncs as begun
             where begun.user_id = caller and begun.credential = client_key and begun.seq = since), now()))
        on conflict (user_id, credential, seq) do update
           set started_at = greatest(full_syncs.started_at, excluded.started_at);
    end if;
    return query select 'row', format('{"changes":[%s],"seq":%s,"more":%s,"epoch":%s}', reply.changes,
                                      case when reply.more then reply.last_seq else reply.seq end,
                                      to_json(reply.more), to_json(history));
end;

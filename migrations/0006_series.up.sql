-- Tasks that come back, reminders that arrive, and what people are told.

-- ── clocks ──────────────────────────────────────────────────────────────────────────────────

-- The first moment at which the clock of a zone shows this: Postgres takes the last one where there are two.
create function app.instant(wall timestamp, zone text) returns timestamptz language plpgsql immutable as $$
declare
    found   timestamptz := wall at time zone zone;
    earlier timestamptz;
begin
    -- By as much as clocks are set back.
    foreach earlier in array array[found - interval '2 hours', found - interval '1 hour', found - interval '30 minutes'] loop
        if earlier at time zone zone = wall then
            return earlier;
        end if;
    end loop;
    return found;
end $$;

-- A day ends when the clock shows 23:59 for the first time.
create or replace function app.due_at(due jsonb, person uuid) returns timestamptz language plpgsql stable as $$
begin
    return case when due ? 'on' then app.instant((due ->> 'on')::date + time '23:59', app.zone(person))
                else (due ->> 'at')::timestamptz end;
end $$;

-- ── the order of changes ────────────────────────────────────────────────────────────────────

-- The next place in the order of a user's changes: one of those that were reserved, while there are any.
create or replace function app.next_seq(person uuid) returns bigint language plpgsql as $$
declare
    reserved text := nullif(current_setting('taskflow.reserved', true), '');
    place    bigint;
begin
    if reserved is not null then
        place := reserved::bigint + 1;
        if place <= coalesce(nullif(current_setting('taskflow.reserved_to', true), '')::bigint, place) then
            perform set_config('taskflow.reserved', place::text, true);
            return place;
        end if;
    end if;
    update app.users set seq = users.seq + 1 where users.id = person returning users.seq into place;
    return place;
end $$;

-- Takes places for many changes of one user, as many as there will be about. The transaction may change things of nobody else
-- before it gives up what is left.
create or replace function app.reserve(person uuid, places bigint) returns void language plpgsql as $$
declare
    last bigint;
begin
    update app.users set seq = users.seq + places where users.id = person returning users.seq into last;
    perform set_config('taskflow.reserved', (last - places)::text, true), set_config('taskflow.reserved_to', last::text, true);
end $$;

-- ── series ──────────────────────────────────────────────────────────────────────────────────

create table app.series (
    id          uuid primary key,
    user_id     uuid not null references app.users on delete cascade,
    title       text not null,
    description text,
    priority    text not null default 'medium',
    tags        text[] not null default '{}',
    -- As `domain` writes it: start and end as a clock on the wall shows them, beside the zone.
    rule        jsonb not null,
    -- Its zone is its own; else it follows its user's.
    own_zone    boolean not null default false,
    reminders   jsonb not null default '[]',
    -- How many occurrences there have been: the newest one has this number.
    occurrences int not null default 1,
    -- Its place in the schedule, on the wall: from here the next one is counted. None when the series has ended.
    place       timestamp,
    -- Its user stopped it.
    stopped     boolean not null default false,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    version     bigint not null default 1,
    seq         bigint not null default 0,
    constraint series_priority_is_known check (priority in ('low', 'medium', 'high'))
);
create index series_of_a_user_by_seq on app.series (user_id, seq);
create index series_of_a_user_by_age on app.series (user_id, created_at desc, id desc);

alter table app.tasks
    -- Which one of its series it is, counted from 1.
    add column occurrence int,
    -- The place in the schedule for which it was made; its due date may have been changed since.
    add column place timestamp,
    add constraint tasks_series foreign key (recurring_task_id) references app.series on delete cascade;
-- Each occurrence is one task, however often it is asked for.
create unique index tasks_of_a_series on app.tasks (recurring_task_id, occurrence) where recurring_task_id is not null;

create function app.is_all_day(series app.series) returns boolean language sql immutable
return length(series.rule ->> 'start_date') = 10;

-- When a place of a series is. A day ends at 23:59 of its user's zone, as for every task.
create function app.planned(series app.series, place timestamp) returns timestamptz language plpgsql stable as $$
begin
    if app.is_all_day(series) then
        return app.instant(place::date + time '23:59', app.zone(series.user_id));
    end if;
    return app.instant(place, series.rule ->> 'timezone');
end $$;

-- A place as `domain` writes it: a day, or a time on the wall.
create function app.wall(series app.series, place timestamp) returns text language plpgsql immutable as $$
begin
    return case when app.is_all_day(series) then place::date::text else to_json(place) #>> '{}' end;
end $$;

-- And the other way round: a day has the place of its end.
create function app.place(wall text) returns timestamp language plpgsql immutable as $$
begin
    return case when length(wall) = 10 then wall::date + time '23:59' else wall::timestamp end;
end $$;

-- A day as a day, a time as the moment at which the clock shows it.
create function app.shown_wall(wall text, zone text) returns json language plpgsql immutable as $$
begin
    return case when length(wall) = 10 then to_json(wall) else to_json(app.instant(wall::timestamp, zone)) end;
end $$;

-- A series as clients see it: these fields, in this order.
create type app.recurring_task as (
    id uuid, title text, description text, priority text, tags text[],
    frequency jsonb, "interval" jsonb, by_weekday jsonb, day_of_month jsonb, anchor jsonb,
    start_date json, end_date json, timezone jsonb, reminders jsonb, next_occurrence timestamptz, status text,
    created_at timestamptz, updated_at timestamptz, version bigint, seq bigint
);

create function app.shown(s app.series) returns json language plpgsql stable as $$
declare
    zone text := s.rule ->> 'timezone';
begin
    return row_to_json(row(
        s.id, s.title, s.description, s.priority, s.tags,
        s.rule -> 'frequency', s.rule -> 'interval', s.rule -> 'by_weekday', s.rule -> 'day_of_month', s.rule -> 'anchor',
        app.shown_wall(s.rule ->> 'start_date', zone), app.shown_wall(s.rule ->> 'end_date', zone), s.rule -> 'timezone',
        s.reminders, app.planned(s, s.place), case when s.place is null then 'ended' else 'active' end,
        s.created_at, s.updated_at, s.version, s.seq
    )::app.recurring_task);
end $$;

-- Makes the task of a place, with the reminders of its series. What was missed reminds nobody.
create function app.make_occurrence(series app.series, occurrence int, id uuid, place timestamp, missed boolean) returns void
language plpgsql as $$
begin
    insert into app.tasks (id, user_id, title, description, priority, tags, due_date, all_day, recurring_task_id, occurrence,
                           place, missed)
    values (id, series.user_id, series.title, series.description, series.priority, series.tags, app.planned(series, place),
            app.is_all_day(series), series.id, occurrence, place, missed);
    if not missed then
        insert into app.reminders (user_id, task_id, before)
        select series.user_id, make_occurrence.id, one ->> 'before' from jsonb_array_elements(series.reminders) as one;
    end if;
end $$;

-- The open occurrence: the newest one of a series that goes on, while it is to be done.
create function app.open_occurrence(series app.series) returns uuid language plpgsql stable as $$
begin
    return (select task.id from app.tasks as task
             where task.recurring_task_id = series.id and task.occurrence = series.occurrences and series.place is not null
               and task.status = 'active' and task.deleted_at is null);
end $$;

-- How far a series has come, as `actions` reads it.
create function app.progress(s app.series) returns jsonb language plpgsql stable as $$
declare
    newest app.tasks;
begin
    select * into newest from app.tasks where tasks.recurring_task_id = s.id and tasks.occurrence = s.occurrences;
    return jsonb_build_object(
        'version', s.version, 'rule', s.rule, 'zone', app.zone(s.user_id), 'place', app.wall(s, s.place),
        'is_open', coalesce(newest.status = 'active' and newest.deleted_at is null, false),
        'is_done', coalesce(newest.status = 'completed', false),
        'done_at', coalesce(newest.completed_at, newest.deleted_at));
end $$;

create function app.stamp_series() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

-- Writes the event of a series' change. That it has come to its next place is told by what brought it there.
create function app.publish_series() returns trigger language plpgsql as $$
declare
    type text;
begin
    if tg_op = 'INSERT' then
        type := 'recurring.created';
    elsif new is not distinct from old then
        return null;
    elsif new.place is null and old.place is not null then
        type := case when new.stopped then 'recurring.stopped' else 'recurring.ended' end;
    elsif (new.title, new.description, new.priority, new.tags, new.rule, new.own_zone, new.reminders)
          is distinct from (old.title, old.description, old.priority, old.tags, old.rule, old.own_zone, old.reminders) then
        type := 'recurring.updated';
    else
        return null;
    end if;
    perform app.emit('task-events', type, new.user_id, new.seq, new.id, case when tg_op = 'UPDATE' then app.shown(old) end,
                     app.shown(new), null);
    return null;
end $$;

create trigger stamp before insert or update on app.series for each row execute function app.stamp_series();
create trigger publish after insert or update on app.series for each row execute function app.publish_series();

-- ── reminders ───────────────────────────────────────────────────────────────────────────────

create table app.reminders (
    id              uuid primary key default gen_random_uuid(),
    user_id         uuid not null references app.users on delete cascade,
    task_id         uuid not null references app.tasks on delete cascade,
    at              timestamptz,
    -- A number of `m`, `h`, `d` or `w` before the task is due.
    before          text,
    -- None where it is to come before a task is due that is not.
    remind_at       timestamptz,
    status          text not null default 'pending',
    attempts        int not null default 0,
    sent_at         timestamptz,
    snoozed_at      timestamptz,
    -- Its event is on its way. Should that get lost, the reminder is found again after this.
    claimed_until   timestamptz,
    notification_id uuid,
    created_at      timestamptz not null default now(),
    seq             bigint not null default 0,
    constraint reminders_are_absolute_or_relative check ((at is null) <> (before is null)),
    constraint reminders_status_is_known check (status in ('pending', 'sent', 'failed', 'cancelled'))
) with (fillfactor = 70);
create index reminders_of_a_task on app.reminders (task_id);
create index reminders_of_a_user_by_seq on app.reminders (user_id, seq);
create index reminders_to_come on app.reminders (user_id, remind_at, id) where status = 'pending' and notification_id is null;
create index reminders_due on app.reminders (remind_at) where status = 'pending' and notification_id is null;
create index reminders_of_a_notification on app.reminders (notification_id) where notification_id is not null;

-- A reminder as clients see it, of either kind.
create type app.absolute_reminder as (
    id uuid, task_id uuid, at timestamptz, remind_at timestamptz, status text, attempts int, sent_at timestamptz,
    created_at timestamptz
);
create type app.relative_reminder as (
    id uuid, task_id uuid, before text, remind_at timestamptz, status text, attempts int, sent_at timestamptz,
    created_at timestamptz
);

create function app.shown(r app.reminders) returns json language plpgsql stable as $$
begin
    if r.before is null then
        return row_to_json(row(r.id, r.task_id, r.at, r.remind_at, r.status, r.attempts, r.sent_at,
                               r.created_at)::app.absolute_reminder);
    end if;
    return row_to_json(row(r.id, r.task_id, r.before, r.remind_at, r.status, r.attempts, r.sent_at,
                           r.created_at)::app.relative_reminder);
end $$;

-- So long before. Days and weeks are days of the calendar: the clock shows the same time then.
create function app.before(due timestamptz, before text, person uuid) returns timestamptz language plpgsql stable as $$
declare
    number int := left(before, -1)::int;
    zone   text;
begin
    if right(before, 1) in ('m', 'h') then
        return due - number * case right(before, 1) when 'm' then interval '1 minute' else interval '1 hour' end;
    end if;
    zone := app.zone(person);
    return app.instant((due at time zone zone) - number * case right(before, 1) when 'd' then interval '1 day'
                                                               else interval '1 week' end, zone);
end $$;

-- When to remind: at once where that time has gone, and the task's has not.
create function app.remind_at(due timestamptz, before text, person uuid) returns timestamptz language plpgsql stable as $$
declare
    moment timestamptz := app.before(due, before, person);
begin
    return case when moment < now() and due > now() then now()
                -- Before this, nobody can write what year it is.
                when moment > '0001-01-02Z' then moment end;
end $$;

create function app.stamp_reminder() returns trigger language plpgsql as $$
declare
    task app.tasks;
begin
    if tg_op = 'INSERT' then
        select * into task from app.tasks where tasks.id = new.task_id;
        new.remind_at := coalesce(new.at, app.remind_at(task.due_date, new.before, new.user_id));
        if task.status <> 'active' or task.deleted_at is not null or coalesce(new.remind_at < now(), true) then
            new.status := 'cancelled';
        end if;
    elsif app.shown(new)::text = app.shown(old)::text then
        -- What nobody sees makes no change.
        return new;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

-- Writes the event of a reminder's change. That it moves with its task, the task's event tells.
create function app.publish_reminder() returns trigger language plpgsql as $$
declare
    type text;
begin
    if tg_op = 'INSERT' then
        type := 'reminder.created';
    elsif new.snoozed_at is distinct from old.snoozed_at then
        type := 'reminder.snoozed';
    elsif new.status <> old.status and new.status <> 'pending' then
        type := 'reminder.' || new.status;
    else
        return null;
    end if;
    perform app.emit(case when type in ('reminder.sent', 'reminder.failed') then 'reminders' else 'task-events' end, type,
                     new.user_id, new.seq, new.id, case when tg_op = 'UPDATE' then app.shown(old) end, app.shown(new), null);
    return null;
end $$;

-- Leaves a tombstone, and the event that nothing comes any more. Where the user goes too, nobody is left to hear it.
create function app.bury_reminder() returns trigger language plpgsql as $$
declare
    place bigint := app.next_seq(old.user_id);
begin
    if place is not null then
        insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, place, 'reminder', old.id);
        perform app.emit('task-events', 'reminder.cancelled', old.user_id, place, old.id, app.shown(old), null, null)
          where old.status = 'pending';
    end if;
    return null;
end $$;

create trigger stamp before insert or update on app.reminders for each row execute function app.stamp_reminder();
create trigger publish after insert or update on app.reminders for each row execute function app.publish_reminder();
create trigger bury after delete on app.reminders for each row execute function app.bury_reminder();

-- Reminders follow their task: relative ones move with its due date, and what is done or thrown away reminds nobody.
create function app.remind() returns trigger language plpgsql as $$
declare
    is_open  boolean := new.status = 'active' and new.deleted_at is null;
    was_open boolean := old.status = 'active' and old.deleted_at is null;
begin
    if new.due_date is distinct from old.due_date then
        -- What was told already comes again if its new time is still to come. What lost its due date is over.
        update app.reminders as one
           set remind_at = moved.at,
               status = case when is_open and moved.at >= now() then 'pending' else 'cancelled' end,
               attempts = 0, sent_at = null, claimed_until = null, notification_id = null
          from (select known.id, app.remind_at(new.due_date, known.before, new.user_id) as at
                  from app.reminders as known where known.task_id = new.id and known.before is not null) as moved
         where one.id = moved.id
           and (one.status = 'pending' and (one.notification_id is null or moved.at is distinct from now())
                or one.status = 'cancelled' and one.remind_at is not null
                or one.status in ('sent', 'failed') and moved.at > now() and is_open);
    end if;
    if was_open and not is_open then
        update app.reminders set status = 'cancelled' where reminders.task_id = new.id and reminders.status = 'pending';
    elsif is_open and not was_open then
        update app.reminders set status = 'pending', claimed_until = null, notification_id = null
         where reminders.task_id = new.id and reminders.status = 'cancelled' and reminders.remind_at > now();
    end if;
    return null;
end $$;

create trigger remind after update on app.tasks for each row
  when (old.due_date is distinct from new.due_date or old.status <> new.status
        or (old.deleted_at is null) <> (new.deleted_at is null))
  execute function app.remind();

-- ── notifications ───────────────────────────────────────────────────────────────────────────

create table app.notifications (
    id         uuid primary key default gen_random_uuid(),
    user_id    uuid not null references app.users on delete cascade,
    kind       text not null,
    title      text not null,
    task_ids   uuid[] not null,
    due_date   timestamptz,
    late       boolean not null default false,
    -- That of its reminders: what comes in the same one is told together.
    minute     timestamptz not null,
    read_at    timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    seq        bigint not null default 0,
    constraint notifications_kind_is_known check (kind in ('reminder', 'digest', 'reminder_failed')),
    constraint notifications_have_a_few_tasks check (cardinality(task_ids) between 1 and 10)
);
create index notifications_of_a_user_by_age on app.notifications (user_id, created_at desc, id desc);
create index notifications_of_a_user_by_seq on app.notifications (user_id, seq);
create index notifications_of_a_minute on app.notifications (user_id, minute);
create index notifications_by_age on app.notifications (created_at);
create index notifications_unread on app.notifications (user_id, created_at desc, id desc) where read_at is null;

-- A notification as clients see it, of one task or of several.
create type app.notification as (
    id uuid, kind text, title text, task_id uuid, due_date timestamptz, url text, late boolean, read_at timestamptz,
    created_at timestamptz
);
create type app.notification_of_several as (
    id uuid, kind text, title text, task_ids uuid[], due_date timestamptz, url text, late boolean, read_at timestamptz,
    created_at timestamptz
);

create function app.shown(n app.notifications) returns json language plpgsql stable as $$
begin
    if cardinality(n.task_ids) = 1 then
        return row_to_json(row(n.id, n.kind, n.title, n.task_ids[1], n.due_date, '/tasks/' || n.task_ids[1], n.late, n.read_at,
                               n.created_at)::app.notification);
    end if;
    return row_to_json(row(n.id, n.kind, n.title, n.task_ids, n.due_date, '/notifications', n.late, n.read_at,
                           n.created_at)::app.notification_of_several);
end $$;

-- What several tasks are called together.
create function app.told_title(tasks uuid[]) returns text language plpgsql stable as $$
declare
    first text := (select known.title from app.tasks as known where known.id = tasks[1]);
begin
    return case when cardinality(tasks) > 1 then format('%s and %s more', first, cardinality(tasks) - 1) else first end;
end $$;

create function app.stamp_notification() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new is not distinct from old then
        return old;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;
create trigger stamp before insert or update on app.notifications for each row execute function app.stamp_notification();

-- Leaves a tombstone.
create function app.bury_notification() returns trigger language plpgsql as $$
declare
    place bigint := app.next_seq(old.user_id);
begin
    if place is not null then
        insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, place, 'notification', old.id);
    end if;
    return null;
end $$;
create trigger bury after delete on app.notifications for each row execute function app.bury_notification();

-- Notifications that are to be sent by e-mail too: what is in one is looked up when it is sent.
create table app.mails (
    notification_id uuid primary key references app.notifications on delete cascade,
    user_id         uuid not null references app.users on delete cascade,
    next_at         timestamptz not null default now(),
    attempts        int not null default 0,
    -- Somebody sends it. Should they die, it is sent by another one after this.
    claimed_until   timestamptz not null default '-infinity'
);
create index mails_by_time on app.mails (next_at);

-- Whoever has this may stop the e-mails, and do nothing else.
alter table app.users add column unsubscribe uuid not null default gen_random_uuid();
create unique index users_by_unsubscribe on app.users (unsubscribe);

alter table app.settings
    -- How many reminders are claimed at once.
    add column reminder_batch int not null default 500 check (reminder_batch between 1 and 1000);

-- ── zones ───────────────────────────────────────────────────────────────────────────────────

-- What is due on a day is due on that day wherever its user lives, and a series that has no zone of its own comes at the same
-- time of the clock there, from its open occurrence on.
create or replace function app.follow_zone() returns trigger language plpgsql as $$
declare
    moved record;
begin
    -- About as many places as there will be changes.
    perform app.reserve(new.id, 1 + (select count(*) from app.tasks where tasks.user_id = new.id and tasks.all_day)
                                  + 2 * (select count(*) from app.series where series.user_id = new.id)
                                  + (select count(*) from app.reminders where reminders.user_id = new.id));
    -- One by one, so that each task comes before its reminders in the order of changes.
    for moved in
        select task.id, app.instant((task.due_date at time zone old.timezone)::date + time '23:59', new.timezone) as due_date
          from app.tasks as task where task.user_id = new.id and task.all_day
        union all
        select task.id, app.instant(task.place, new.timezone)
          from app.series join app.tasks as task on task.id = app.open_occurrence(series)
         where series.user_id = new.id and not series.own_zone and not task.all_day
           and task.due_date = app.instant(task.place, series.rule ->> 'timezone')
    loop
        update app.tasks set due_date = moved.due_date where tasks.id = moved.id;
    end loop;
    update app.series set rule = jsonb_set(series.rule, '{timezone}', to_jsonb(new.timezone))
     where series.user_id = new.id and not series.own_zone and series.place is not null;
    perform set_config('taskflow.reserved', '', true);
    return null;
end $$;

-- ── events ──────────────────────────────────────────────────────────────────────────────────

-- The members of an object, without its braces.
create function app.members(object text) returns text language sql immutable
return substr(object, 2, length(object) - 2);

-- What an event is about is named after what it is; what else there is to say of an occurrence that was made stands beside it.
create or replace function app.cloud_event(o app.outbox) returns text language plpgsql stable as $$
declare
    about   text;
    details jsonb := o.details;
begin
    if o.type like 'recurring.%' then
        about := json_build_object('recurring_task_id', o.subject_id);
        if o.type = 'recurring.generated' then
            about := '{' || app.members(about) || ',' || app.members(details::text) || '}';
            details := null;
        end if;
    elsif o.type like 'reminder.%' then
        about := json_build_object('reminder_id', o.subject_id, 'task_id', coalesce(o.after, o.before) -> 'task_id');
    else
        about := json_build_object('task_id', o.subject_id);
    end if;
    return left(json_build_object(
        'specversion', '1.0', 'id', o.event_id, 'source', 'taskflow', 'type', o.type, 'time', o.occurred_at,
        'datacontenttype', 'application/json', 'dataschema', 'urn:taskflow:event:' || o.type || ':1')::text, -1)
        || coalesce(',"subject":' || to_json(o.subject_id), '')
        || coalesce(',"correlationid":' || to_json(o.correlation_id), '')
        || coalesce(',"traceparent":' || to_json(o.traceparent), '')
        || ',"data":' || left(json_build_object(
        'schema_version', 1, 'event_id', o.event_id, 'correlation_id', o.correlation_id, 'user_id', o.user_id, 'seq', o.seq,
        'actor', o.actor, 'actor_name', o.actor_name, 'occurred_at', o.occurred_at)::text, -1) || ',' || app.members(about) || ','
        || substr(json_build_object('before', o.before, 'after', o.after, 'changes', app.changes(o.before, o.after),
                                    'details', details)::text, 2) || '}';
end $$;

-- What somebody asks for and somebody else has: its name, as events tell it. None where nobody has it.
create function app.another_has(thing uuid, caller uuid) returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('task_id', tasks.id) from app.tasks where tasks.id = thing and tasks.user_id <> caller
            union all
            select jsonb_build_object('recurring_task_id', series.id) from app.series
             where series.id = thing and series.user_id <> caller
            union all
            select jsonb_build_object('reminder_id', reminders.id) from app.reminders
             where reminders.id = thing and reminders.user_id <> caller
            union all
            select jsonb_build_object('notification_id', notifications.id) from app.notifications
             where notifications.id = thing and notifications.user_id <> caller
            limit 1);
end $$;

-- Series, tasks, and their search.

create extension if not exists btree_gin with schema public;
create extension if not exists pg_trgm with schema public;

create table app.series (
    id          uuid primary key,
    user_id     uuid not null references app.users on delete cascade,
    title       text not null,
    description text,
    priority    text not null default 'medium',
    tags        text[] not null default '{}',
    rule        jsonb not null,
    own_zone    boolean not null default false,
    reminders   jsonb not null default '[]',
    occurrences int not null default 1,
    place       timestamp,
    stopped     boolean not null default false,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    version     bigint not null default 1,
    seq         bigint not null default 0,
    constraint series_priority_is_known check (priority in ('low', 'medium', 'high'))
);
create index series_of_a_user_by_seq on app.series (user_id, seq);
create index series_of_a_user_by_age on app.series (user_id, created_at desc, id desc);
comment on table app.series is 'Recurring tasks: rules that make tasks again and again.';
comment on column app.series.rule is
    'The rule as `domain` writes it: start and end as wall-clock times, beside the time zone.';
comment on column app.series.own_zone is
    'True if the zone was chosen for this series; else it follows its user''s.';
comment on column app.series.occurrences is
    'Number of occurrences so far, and so the number of the newest one.';
comment on column app.series.place is
    'Place of the newest occurrence in the schedule, as wall-clock time. Null if the series has ended.';
comment on column app.series.stopped is 'True if the user stopped it.';

create table app.tasks (
    id                uuid primary key,
    user_id           uuid not null references app.users on delete cascade,
    title             text not null,
    description       text,
    status            text not null default 'active',
    priority          text not null default 'medium',
    tags              text[] not null default '{}',
    due_date          timestamptz,
    all_day           boolean not null default false,
    due_on            date,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    completed_at      timestamptz,
    deleted_at        timestamptz,
    version           bigint not null default 1,
    seq               bigint not null default 0,
    recurring_task_id uuid constraint tasks_series references app.series on delete cascade,
    missed            boolean not null default false,
    words             tsvector not null default '',
    occurrence        int,
    place             timestamp,
    constraint tasks_status_is_known check (status in ('active', 'completed')),
    constraint tasks_priority_is_known check (priority in ('low', 'medium', 'high')),
    constraint tasks_completed_at_when_completed check ((status = 'completed') = (completed_at is not null)),
    constraint tasks_all_day_needs_a_date check (not all_day or due_date is not null),
    constraint tasks_all_day_has_a_day check (all_day = (due_on is not null))
-- No fillfactor: an update changes indexed columns, so it never stays on its page. Vacuums are early, as dead
-- rows lie in all indexes.
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
comment on table app.tasks is 'Tasks, those in the trash included.';
comment on column app.tasks.due_date is
    'Due instant; for a whole day (`all_day`), 23:59 of that day in the user''s zone.';
comment on column app.tasks.due_on is
    'Day of a due date that is a whole day. In another time zone of the user it stays, and its end moves.';
comment on column app.tasks.missed is 'True for an occurrence whose time had passed before it was created.';
comment on column app.tasks.words is 'Words for the search, each with the prefix of its user.';
comment on column app.tasks.occurrence is 'Number of the occurrence in its series, from 1.';
comment on column app.tasks.place is
    'Place in the schedule of its series, as wall-clock time. The due date may have been changed since.';

-- The orders of lists.
create index tasks_of_a_user_by_age on app.tasks (user_id, created_at desc, id desc) where deleted_at is null;
create index tasks_of_a_user_by_due_date on app.tasks (user_id, due_date, id) where deleted_at is null;
create index tasks_of_a_user_by_title on app.tasks (user_id, lower(title), id) where deleted_at is null;
create index tasks_of_a_user_by_update on app.tasks (user_id, updated_at, id) where deleted_at is null;
create index tasks_of_a_user_by_completion on app.tasks (user_id, completed_at desc nulls last, id desc)
 where deleted_at is null and status = 'completed';
-- The order of changes, for sync: with the trash.
create index tasks_of_a_user_by_seq on app.tasks (user_id, seq);
-- Filters and counts.
create index tasks_of_a_user_by_status on app.tasks (user_id, status, priority, due_date)
 where deleted_at is null;
create index tasks_missed on app.tasks (user_id, due_date) where deleted_at is null and missed;
create index tasks_in_the_trash on app.tasks (user_id, deleted_at) where deleted_at is not null;
create index tasks_in_the_trash_by_age on app.tasks (deleted_at) where deleted_at is not null;
-- Each occurrence is one task, however often its event is delivered.
create unique index tasks_of_a_series on app.tasks (recurring_task_id, occurrence)
 where recurring_task_id is not null;
-- Search. The pending list of new entries is read whole by every search, so it is kept short.
create index tasks_of_a_user_by_word on app.tasks using gin (user_id, tags, words)
  with (gin_pending_list_limit = 128) where deleted_at is null;

create unlogged table app.totals (
    user_id    uuid not null,
    total_key  text not null,
    seq        bigint not null,
    total      bigint not null,
    counted_at timestamptz not null default now(),
    primary key (user_id, total_key)
) with (fillfactor = 50);
create index totals_by_age on app.totals (counted_at);
comment on table app.totals is 'Cached totals of lists that take long to count.';
comment on column app.totals.seq is
    'The user''s `seq` when it was counted: a newer one makes the total invalid.';

create table app.tombstones (
    user_id    uuid not null references app.users on delete cascade,
    seq        bigint not null,
    kind       text not null,
    id         uuid not null,
    created_at timestamptz not null default now(),
    primary key (user_id, seq)
);
create index tombstones_by_age on app.tombstones (created_at);
comment on table app.tombstones is
    'Things that were deleted for good, so that sync can tell devices. Kept for 90 days.';

create table app.zone_changes (
    user_id    uuid primary key references app.users on delete cascade,
    left_seq   bigint not null,
    changed_at timestamptz not null default now()
);
comment on table app.zone_changes is
    'Users who have changed their time zone while their tasks and series still move to it, in steps.';
comment on column app.zone_changes.left_seq is
    'All-day tasks with a `seq` up to here are left. Others have moved, or were written in the new zone.';

create unlogged table app.full_syncs (
    user_id    uuid not null,
    credential text not null,
    seq        bigint not null,
    started_at timestamptz not null,
    primary key (user_id, credential, seq)
);
create index full_syncs_by_age on app.full_syncs (started_at);
comment on table app.full_syncs is
    'Positions below the user''s `forgotten_seq` that a client has got to on its way from the start, from '
    'which it may continue for a day. Any other client that is there has missed tombstones.';
comment on column app.full_syncs.credential is
    'Hash of the session or token of the client, or the subject of its issuer.';

-- Tasks and series as clients see them: these fields in this order.
create type app.task as (
    id uuid, title text, description text, status text, priority text, tags text[],
    due_date timestamptz, all_day boolean, recurring_task_id uuid, missed boolean,
    created_at timestamptz, updated_at timestamptz, completed_at timestamptz, deleted_at timestamptz,
    version bigint, seq bigint
);
create type app.recurring_task as (
    id uuid, title text, description text, priority text, tags text[],
    frequency jsonb, "interval" jsonb, by_weekday jsonb, day_of_month jsonb, anchor jsonb,
    start_date json, end_date json, timezone jsonb, reminders jsonb, next_occurrence timestamptz, status text,
    created_at timestamptz, updated_at timestamptz, version bigint, seq bigint
);
comment on type app.task is 'A task as clients see it.';
comment on type app.recurring_task is 'A series as clients see it.';

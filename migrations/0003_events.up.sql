-- Events: the outbox and its publishers, the state of consumers, and the audit trail.

-- ── publishing ──────────────────────────────────────────────────────────────────────────────

create table app.outbox (
    event_id       uuid not null default gen_random_uuid(),
    topic          text not null,
    type           text not null,
    user_id        uuid,
    seq            bigint not null,
    subject_id     uuid,
    actor          text not null,
    correlation_id text,
    traceparent    text,
    occurred_at    timestamptz not null default now(),
    before         json,
    after          json,
    details        jsonb,
    position       bigint generated always as identity,
    shard          smallint not null default 0,
    actor_name     text,
    event          json,
    attempts       int not null default 0,
    failed_at      timestamptz,
    last_error     text,
    primary key (shard, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
comment on table app.outbox is
    'Events that are not published yet, written in the transaction of the change: by triggers, or by body or '
    'frame if the event is no change of a row.';
comment on column app.outbox.user_id is 'Null for a security event of an unknown user.';
comment on column app.outbox.position is
    'Order of a user''s events. Rows of different users may appear out of order.';
comment on column app.outbox.actor_name is 'Name of the agent, or of the part of TaskFlow, that acted.';
comment on column app.outbox.attempts is
    'Number of times that publishing this event has failed while others were published.';
comment on column app.outbox.failed_at is
    'Time at which publishing it failed for the first time, alone or while others were published.';
comment on column app.outbox.event is
    'A complete CloudEvent, for a dead letter or a requeued event. Else the other columns make it.';

create table app.parked (
    like app.outbox,
    parked_at timestamptz not null default now(),
    primary key (shard, position)
);
comment on table app.parked is
    'Events that failed for an hour while others were published. `taskflow events requeue` puts them back.';

create table app.publishers (
    shard        smallint primary key,
    holder       text,
    until        timestamptz not null default '-infinity',
    failures     int not null default 0,
    succeeded_at timestamptz not null default '-infinity',
    published    bigint not null default 0,
    failed       bigint not null default 0,
    last_error   text
) with (fillfactor = 50);
insert into app.publishers (shard) select generate_series(0, 7);
comment on table app.publishers is 'The publish lease of each shard.';
comment on column app.publishers.holder is
    'Transaction id that took the lease. Null while a shard backs off after a failure, or publishing is off.';
comment on column app.publishers.until is
    'End of the lease or of the backoff; `infinity` while publishing is off. From then on, the next request '
    'with an event of the shard acquires the lease.';
comment on column app.publishers.failures is
    'Number of batches that have failed as a whole, up to 20; successes halve it. Batches shrink with it.';
comment on column app.publishers.published is 'Number of published events.';
comment on column app.publishers.failed is 'Number of failed attempts to publish an event.';

create table app.held (
    user_id uuid primary key,
    shard   smallint not null,
    until   timestamptz not null
);
create index held_by_end on app.held (until);
comment on table app.held is
    'Users whose next event failed while others were published: theirs wait, in order, without delaying '
    'others.';
comment on column app.held.user_id is 'For an event without a user, the id of the event.';

-- Unlogged: after a crash incidents are counted anew, and counting one does not wait for the disk.
create unlogged table app.incidents (
    key         text primary key,
    type        text not null,
    user_id     uuid,
    details     jsonb not null,
    reported_at timestamptz not null default '-infinity',
    times       int not null default 1
) with (fillfactor = 50);
comment on table app.incidents is
    'Security incidents of the last minutes, by kind, so that many of one kind become few events.';
comment on column app.incidents.key is 'Hash of type, user and details without the route: the kind.';
comment on column app.incidents.details is 'Details of the first incident.';
comment on column app.incidents.reported_at is 'Time of the last event of the kind.';
comment on column app.incidents.times is 'Number of incidents since that event.';

-- ── consumers ───────────────────────────────────────────────────────────────────────────────

create type app.delivery as (
    id             uuid,
    type           text,
    topic          text,
    occurred_at    timestamptz,
    user_id        uuid,
    task_id        uuid,
    seq            bigint,
    correlation_id text,
    traceparent    text,
    input          jsonb
);
comment on type app.delivery is
    'An event on one attempt to hand it to a consumer. `input` is what the body needs of it.';

create table app.consumed_events (
    consumer text not null,
    event_id uuid not null,
    type     text not null,
    outcome  text not null,
    delay_ms float8 not null,
    took_ms  float8 not null,
    at       timestamptz not null default now(),
    primary key (consumer, event_id)
-- Every row is deleted after some days: vacuums that are early keep the table as long as those days.
) with (autovacuum_vacuum_scale_factor = 0.02);
create index consumed_events_by_age on app.consumed_events (at);
comment on table app.consumed_events is
    'Events that consumers have taken, written in the transaction of their effect. A repeated delivery '
    'finds its row and has no effect.';
comment on column app.consumed_events.outcome is '`done`, or `late` if a later event of its user came first.';
comment on column app.consumed_events.delay_ms is 'Time from the change until the event was taken.';
comment on column app.consumed_events.took_ms is
    'Share of the event in the duration of the call that took it.';

create table app.high_water_marks (
    consumer text not null,
    topic    text not null,
    user_id  uuid not null,
    seq      bigint not null,
    primary key (user_id, consumer, topic)
) with (fillfactor = 70);
comment on table app.high_water_marks is
    'Highest `seq` of each user that a consumer has received from a topic: an event below it is late.';

create table app.consumer_counters (
    outcome  text not null,
    consumer text not null,
    slot     smallint not null,
    times    bigint not null,
    sum_ms   float8 not null default 0,
    primary key (outcome, consumer, slot)
) with (fillfactor = 50);
comment on table app.consumer_counters is
    'Number of events by consumer and outcome, in several slots each, so that connections do not wait for '
    'each other.';
comment on column app.consumer_counters.outcome is '`done`, `late`, `failed`, `duplicate` or `dead`.';
comment on column app.consumer_counters.times is 'Number of events.';
comment on column app.consumer_counters.sum_ms is
    'Sum of the delays of taken events, from the change until the event was taken.';

create table app.dead_letters (
    consumer    text not null,
    event_id    text not null,
    topic       text not null,
    reason      text,
    event       json not null,
    failures    int not null default 1,
    failed_at   timestamptz not null default now(),
    requeued_at timestamptz,
    primary key (consumer, event_id)
);
-- Those that housekeeping requeues, as in its statement.
create index dead_letters_to_requeue on app.dead_letters (failed_at)
 where requeued_at is null and reason = 'retries_exhausted' and failures <= 10 and event ->> 'type' <> ''
   and topic <> 'unknown';
create index dead_letters_waiting on app.dead_letters (consumer) where requeued_at is null;
create index dead_letters_requeued on app.dead_letters (requeued_at);
-- A hash, as the value may be of any length.
create index dead_letters_of_a_user on app.dead_letters using hash ((event #>> '{data,user_id}'));
comment on table app.dead_letters is
    'Events that a consumer could not take: unreadable, or out of retries.';
comment on column app.dead_letters.reason is
    'A code such as `retries_exhausted` or `user_deleted`, or a description of an unreadable event.';
comment on column app.dead_letters.failures is 'Number of times that the event has become a dead letter.';
comment on column app.dead_letters.failed_at is 'Time of the newest failure.';
comment on column app.dead_letters.requeued_at is
    'Time at which the event was put back into the outbox. Null again once it has failed again.';

-- ── the audit trail ─────────────────────────────────────────────────────────────────────────

-- Without foreign keys: the trail outlives its subjects.
create table app.audit (
    event_id    uuid not null,
    occurred_at timestamptz not null,
    event_type  text not null,
    user_id     uuid,
    task_id     uuid,
    seq         bigint not null,
    data        json not null,
    primary key (occurred_at, event_id)
) partition by range (occurred_at);
create index audit_of_a_user on app.audit (user_id, occurred_at, event_id);
create index audit_of_a_task on app.audit (task_id, occurred_at, event_id);
-- Types that are rare among all events, as in the statement that lists them.
create index audit_of_a_rare_type on app.audit (event_type, occurred_at, event_id)
 where event_type not in ('task.created', 'task.updated', 'task.completed');
comment on table app.audit is
    'The audit trail: every event, append-only, with a partition for each month of UTC.';

-- The months around now. Housekeeping creates the later ones, by `app.make_audit_month`. Rows do not change,
-- so the first vacuum freezes them, and no later one reads a month again.
do $$
declare
    month timestamp;
begin
    for month in select date_trunc('month', now() at time zone 'UTC') + number * interval '1 month'
                   from generate_series(-1, 3) as number
    loop
        execute format('create table app.%I partition of app.audit for values from (%L) to (%L)
                        with (autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05)',
                       'audit_' || to_char(month, 'YYYY_MM'), month at time zone 'UTC',
                       (month + interval '1 month') at time zone 'UTC');
    end loop;
end $$;

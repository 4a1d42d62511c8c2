-- The database as the migrations make it: tables, types, triggers and functions. The code of functions is
-- in functions/. Generated: `cargo dev test schema_sql` rewrites it.

-- The data, and the functions that guard it. The roles of TaskFlow have no access.
create schema app;

-- Tables of Dapr: its configuration store and its state store.
create schema dapr;
grant create on schema dapr to taskflow_dapr;
grant usage on schema dapr to taskflow_dapr;

-- The installed statements: all that the roles of TaskFlow may call.
create schema statements;
grant usage on schema statements to taskflow_service;
grant usage on schema statements to taskflow_user;

create extension btree_gin with schema public;
create extension pg_trgm with schema public;

-- Replies to requests with an idempotency key, kept for 24 hours. Without a foreign key: checking it would
-- be a fifth of the cost.
create table app.answers (
    user_id     uuid not null,
    id          uuid not null,
    -- Hash of the request: another request must not reuse the key.
    fingerprint text not null,
    -- Id of the task, series, reminder or notification that the request was about.
    item_id     uuid,
    rows        app.reply_row[] not null,
    created_at  timestamp with time zone not null default now(),
    constraint answers_pkey primary key (user_id, id)
);
create index answers_by_age on app.answers (created_at);

-- The audit trail: every event, append-only, with a partition for each month of UTC.
create table app.audit (
    event_id    uuid not null,
    occurred_at timestamp with time zone not null,
    event_type  text not null,
    user_id     uuid,
    task_id     uuid,
    seq         bigint not null,
    data        json not null,
    constraint audit_pkey primary key (occurred_at, event_id)
) partition by range (occurred_at);
create index audit_of_a_rare_type on only app.audit (event_type, occurred_at, event_id)
    where (event_type <> all (array['task.created', 'task.updated', 'task.completed']));
create index audit_of_a_task on only app.audit (task_id, occurred_at, event_id);
create index audit_of_a_user on only app.audit (user_id, occurred_at, event_id);
create trigger reject_change before delete or update on app.audit for each row
    execute function app.reject_audit_change();
create trigger reject_truncate before truncate on app.audit for each statement
    execute function app.reject_audit_change();

-- Token buckets of the limits, in several slots each, so that requests do not wait for each other. A bucket
-- is full at its newest `since`, plus `seconds_per_token` for each token taken. Times are seconds since
-- 1970.
create unlogged table app.buckets (
    -- Name of the limit, and the client.
    key               text not null,
    -- Number of the slot, from 0.
    slot              integer not null,
    -- Number of tokens that were ever taken from the slot.
    taken             double precision not null,
    -- Time since which the bucket would be full if no tokens had ever been taken. It moves on whenever the
    -- bucket is full.
    since             double precision not null,
    -- Time in which one token is refilled. A request takes a token.
    seconds_per_token double precision not null,
    -- Time in which an empty bucket becomes full.
    seconds_to_fill   double precision not null,
    constraint buckets_pkey primary key (key, slot)
) with (fillfactor=15);

-- Settings as last read from Dapr's configuration store.
create table app.configured_settings (
    key   text not null,
    value text,
    -- Reason why the value was rejected; null if it is in effect.
    error text,
    at    timestamp with time zone not null default now(),
    constraint configured_settings_pkey primary key (key)
);

-- Writes of the last hour that lost against a newer version, for live streams. The audit trail keeps them.
create unlogged table app.conflicts (
    user_id    uuid not null,
    seq        bigint not null,
    type       text not null,
    subject_id uuid not null,
    at         timestamp with time zone not null default now(),
    constraint conflicts_pkey primary key (user_id, seq)
);
create index conflicts_by_age on app.conflicts (at);

-- Events that consumers have taken, written in the transaction of their effect. A repeated delivery finds
-- its row and has no effect.
create table app.consumed_events (
    consumer text not null,
    event_id uuid not null,
    type     text not null,
    -- `done`, or `late` if a later event of its user came first.
    outcome  text not null,
    -- Time from the change until the event was taken.
    delay_ms double precision not null,
    -- Share of the event in the duration of the call that took it.
    took_ms  double precision not null,
    at       timestamp with time zone not null default now(),
    constraint consumed_events_pkey primary key (consumer, event_id)
) with (autovacuum_vacuum_scale_factor=0.02);
create index consumed_events_by_age on app.consumed_events (at);

-- Number of events by consumer and outcome, in several slots each, so that connections do not wait for each
-- other.
create table app.consumer_counters (
    -- `done`, `late`, `failed`, `duplicate` or `dead`.
    outcome  text not null,
    consumer text not null,
    slot     smallint not null,
    -- Number of events.
    times    bigint not null,
    -- Sum of the delays of taken events, from the change until the event was taken.
    sum_ms   double precision not null default 0,
    constraint consumer_counters_pkey primary key (outcome, consumer, slot)
) with (fillfactor=50);

-- Events that a consumer could not take: unreadable, or out of retries.
create table app.dead_letters (
    consumer    text not null,
    event_id    text not null,
    topic       text not null,
    -- A code such as `retries_exhausted` or `user_deleted`, or a description of an unreadable event.
    reason      text,
    event       json not null,
    -- Number of times that the event has become a dead letter.
    failures    integer not null default 1,
    -- Time of the newest failure.
    failed_at   timestamp with time zone not null default now(),
    -- Time at which the event was put back into the outbox. Null again once it has failed again.
    requeued_at timestamp with time zone,
    constraint dead_letters_pkey primary key (consumer, event_id)
);
create index dead_letters_of_a_user on app.dead_letters using hash (((event #>> '{data,user_id}'[])));
create index dead_letters_requeued on app.dead_letters (requeued_at);
create index dead_letters_to_requeue on app.dead_letters (failed_at)
    where ((requeued_at is null) and (reason = 'retries_exhausted') and (failures <= 10) and ((event ->> 'type') <> '') and (topic <> 'unknown'));
create index dead_letters_waiting on app.dead_letters (consumer) where (requeued_at is null);

-- Positions below the user's `forgotten_seq` that a client has got to on its way from the start, from which
-- it may continue for a day. Any other client that is there has missed tombstones.
create unlogged table app.full_syncs (
    user_id    uuid not null,
    -- Hash of the session or token of the client, or the subject of its issuer.
    credential text not null,
    seq        bigint not null,
    started_at timestamp with time zone not null,
    constraint full_syncs_pkey primary key (user_id, credential, seq)
);
create index full_syncs_by_age on app.full_syncs (started_at);

-- Permits to compute a password hash, which takes much time and memory: no more hashes than rows are
-- computed at the same time.
create table app.hash_permits (
    number  smallint not null,
    -- Name of the request that claimed it last.
    holder  text,
    -- Network address of that request.
    address text,
    -- End of the claim, even if the request never releases it.
    until   timestamp with time zone not null default '-infinity'::timestamp with time zone,
    constraint hash_permits_pkey primary key (number)
);

-- Users whose next event failed while others were published: theirs wait, in order, without delaying others.
create table app.held (
    -- For an event without a user, the id of the event.
    user_id uuid not null,
    shard   smallint not null,
    until   timestamp with time zone not null,
    constraint held_pkey primary key (user_id)
);
create index held_by_end on app.held (until);

-- Highest `seq` of each user that a consumer has received from a topic: an event below it is late.
create table app.high_water_marks (
    consumer text not null,
    topic    text not null,
    user_id  uuid not null,
    seq      bigint not null,
    constraint high_water_marks_pkey primary key (user_id, consumer, topic)
) with (fillfactor=70);

-- The history of this database, in one row. `app.epoch` makes its name for clients, from this row and from
-- what identifies the database.
create table app.history (
    only_row boolean not null default true,
    -- To be renewed after a restore that Postgres does not notice: `update app.history set id = default`.
    id       uuid not null default gen_random_uuid(),
    constraint history_pkey primary key (only_row),
    constraint history_only_row_check check (only_row)
);

-- Users as issuers of JWTs know them.
create table app.identities (
    issuer  text not null,
    subject text not null,
    user_id uuid not null,
    constraint identities_pkey primary key (issuer, subject),
    constraint identities_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade
);
create index identities_of_a_user on app.identities (user_id);

-- Security incidents of the last minutes, by kind, so that many of one kind become few events.
create unlogged table app.incidents (
    -- Hash of type, user and details without the route: the kind.
    key         text not null,
    type        text not null,
    user_id     uuid,
    -- Details of the first incident.
    details     jsonb not null,
    -- Time of the last event of the kind.
    reported_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Number of incidents since that event.
    times       integer not null default 1,
    constraint incidents_pkey primary key (key)
) with (fillfactor=50);

-- Public keys of the issuers of JWTs.
create table app.issuers (
    issuer       text not null,
    keys         json not null default '{"keys": []}'::json,
    -- Time of the last request for the keys.
    requested_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Time of the last request for the keys that succeeded.
    fetched_at   timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Age at which the keys are fetched again, as the issuer states it.
    max_age      interval not null default '1 day'::interval,
    constraint issuers_pkey primary key (issuer)
);

-- Latest response of `/metrics`, for the requests of the next two seconds, by release.
create unlogged table app.kept_metrics (
    release text not null,
    -- Time from which a request makes the next one. It moves on as soon as one has begun to.
    next_at timestamp with time zone not null,
    body    text not null,
    constraint kept_metrics_pkey primary key (release)
);

-- Rate limits: number of `requests` in `seconds`. A change applies at once.
create table app.limits (
    name     text not null,
    requests integer not null,
    seconds  integer not null,
    constraint limits_pkey primary key (name),
    constraint limits_are_positive check ((((requests >= 1) and (requests <= 1000000000)) and ((seconds >= 1) and (seconds <= 86400))))
);
create trigger reset_buckets after delete or update on app.limits for each row
    execute function app.reset_buckets();

-- Links that were sent by e-mail. Each works once, until it expires. The token is in the e-mail only.
create table app.links (
    token_hash text not null,
    user_id    uuid not null,
    purpose    text not null,
    -- Address that it was sent to.
    email      text not null,
    expires_at timestamp with time zone not null,
    constraint links_pkey primary key (token_hash),
    constraint links_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade,
    constraint links_purpose_is_known check ((purpose = any (array['confirm_email', 'reset_password'])))
);
create index links_by_age on app.links (expires_at);
create index links_of_a_user on app.links (user_id);

-- E-mails to be sent: about a notification, or about the account, one of each kind. The text is made when it
-- is sent, and so is the token of a link.
create table app.mails (
    id              uuid not null default gen_random_uuid(),
    user_id         uuid not null,
    kind            text not null default 'reminder',
    notification_id uuid,
    -- Address that an e-mail about the account goes to. Others go to that of the user.
    email           text,
    next_at         timestamp with time zone not null default now(),
    attempts        integer not null default 0,
    -- End of the claim. A request is sending it; if that dies, another one claims it afterwards.
    claimed_until   timestamp with time zone not null default '-infinity'::timestamp with time zone,
    constraint mails_pkey primary key (id),
    constraint mails_notification_id_key unique (notification_id),
    constraint mails_notification_id_fkey foreign key (notification_id) references app.notifications(id) on delete cascade,
    constraint mails_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade,
    constraint mails_are_about_a_notification_or_the_account check ((((kind = 'reminder') = (notification_id is not null)) and ((kind = 'reminder') = (email is null)))),
    constraint mails_kind_is_known check ((kind = any (array['reminder', 'confirm_email', 'reset_password', 'password_changed', 'email_changes'])))
);
create index mails_by_time on app.mails (next_at);
create unique index mails_of_a_user on app.mails (user_id, kind, notification_id) nulls not distinct;

-- The inbox of each user.
create table app.notifications (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    kind       text not null,
    title      text not null,
    task_ids   uuid[] not null,
    due_date   timestamp with time zone,
    -- True if it was created more than 30 seconds after its first reminder was due.
    late       boolean not null default false,
    -- Minute of its reminders: those of the same minute share a notification.
    minute     timestamp with time zone not null,
    read_at    timestamp with time zone,
    created_at timestamp with time zone not null default clock_timestamp(),
    seq        bigint not null default 0,
    constraint notifications_pkey primary key (id),
    constraint notifications_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade,
    constraint notifications_have_a_few_tasks check (((cardinality(task_ids) >= 1) and (cardinality(task_ids) <= 10))),
    constraint notifications_kind_is_known check ((kind = any (array['reminder', 'digest', 'reminder_failed'])))
);
create index notifications_by_age on app.notifications (created_at);
create index notifications_of_a_minute on app.notifications (user_id, minute);
create index notifications_of_a_user_by_age on app.notifications (user_id, created_at desc, id desc);
create index notifications_of_a_user_by_seq on app.notifications (user_id, seq);
create index notifications_unread on app.notifications (user_id, created_at desc, id desc)
    where (read_at is null);
create trigger add_tombstone after delete on app.notifications for each row
    execute function app.add_notification_tombstone();
create trigger stamp before insert or update on app.notifications for each row
    execute function app.stamp_notification();

-- Events that are not published yet, written in the transaction of the change: by triggers, or by body or
-- frame if the event is no change of a row.
create table app.outbox (
    event_id       uuid not null default gen_random_uuid(),
    topic          text not null,
    type           text not null,
    -- Null for a security event of an unknown user.
    user_id        uuid,
    seq            bigint not null,
    subject_id     uuid,
    actor          text not null,
    correlation_id text,
    traceparent    text,
    occurred_at    timestamp with time zone not null default now(),
    before         json,
    after          json,
    details        jsonb,
    -- Order of a user's events. Rows of different users may appear out of order.
    "position"     bigint generated always as identity not null,
    shard          smallint not null default 0,
    -- Name of the agent, or of the part of TaskFlow, that acted.
    actor_name     text,
    -- A complete CloudEvent, for a dead letter or a requeued event. Else the other columns make it.
    event          json,
    -- Number of times that publishing this event has failed while others were published.
    attempts       integer not null default 0,
    -- Time at which publishing it failed for the first time, alone or while others were published.
    failed_at      timestamp with time zone,
    last_error     text,
    constraint outbox_pkey primary key (shard, "position")
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000);

-- Events that failed for an hour while others were published. `taskflow events requeue` puts them back.
create table app.parked (
    event_id       uuid not null,
    topic          text not null,
    type           text not null,
    user_id        uuid,
    seq            bigint not null,
    subject_id     uuid,
    actor          text not null,
    correlation_id text,
    traceparent    text,
    occurred_at    timestamp with time zone not null,
    before         json,
    after          json,
    details        jsonb,
    "position"     bigint not null,
    shard          smallint not null,
    actor_name     text,
    event          json,
    attempts       integer not null,
    failed_at      timestamp with time zone,
    last_error     text,
    parked_at      timestamp with time zone not null default now(),
    constraint parked_pkey primary key (shard, "position")
);

-- The publish lease of each shard.
create table app.publishers (
    shard        smallint not null,
    -- Transaction id that took the lease. Null while a shard backs off after a failure, or publishing is
    -- off.
    holder       text,
    -- End of the lease or of the backoff; `infinity` while publishing is off. From then on, the next request
    -- with an event of the shard acquires the lease.
    until        timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Number of batches that have failed as a whole, up to 20; successes halve it. Batches shrink with it.
    failures     integer not null default 0,
    succeeded_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Number of published events.
    published    bigint not null default 0,
    -- Number of failed attempts to publish an event.
    failed       bigint not null default 0,
    last_error   text,
    constraint publishers_pkey primary key (shard)
) with (fillfactor=50);

-- The two newest releases, with the statements and functions of each. A newer one drops what neither of them
-- has.
create table app.releases (
    release      text not null,
    statements   text[] not null,
    installed_at timestamp with time zone not null default now(),
    functions    text[] not null default '{}'[],
    constraint releases_pkey primary key (release)
);

-- Reminders of tasks.
create table app.reminders (
    id              uuid not null default gen_random_uuid(),
    user_id         uuid not null,
    task_id         uuid not null,
    -- Instant of an absolute reminder.
    at              timestamp with time zone,
    -- Offset of a relative reminder before the due date: a number of `m`, `h`, `d` or `w`.
    before          text,
    -- Moment of the reminder. Null for a relative one of a task without a due date.
    remind_at       timestamp with time zone,
    status          text not null default 'pending',
    attempts        integer not null default 0,
    sent_at         timestamp with time zone,
    snoozed_at      timestamp with time zone,
    -- End of the claim. Its event is on its way; if that is lost, the reminder is claimed again afterwards.
    claimed_until   timestamp with time zone,
    notification_id uuid,
    created_at      timestamp with time zone not null default now(),
    seq             bigint not null default 0,
    constraint reminders_pkey primary key (id),
    constraint reminders_task_id_fkey foreign key (task_id) references app.tasks(id) on delete cascade,
    constraint reminders_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade,
    constraint reminders_are_absolute_or_relative check (((at is null) <> (before is null))),
    constraint reminders_status_is_known check ((status = any (array['pending', 'sent', 'failed', 'cancelled'])))
) with (fillfactor=70);
create index reminders_due on app.reminders (remind_at)
    where ((status = 'pending') and (notification_id is null));
create index reminders_of_a_notification on app.reminders (notification_id)
    where (notification_id is not null);
create index reminders_of_a_task on app.reminders (task_id);
create index reminders_of_a_user_by_seq on app.reminders (user_id, seq);
create index reminders_to_come on app.reminders (user_id, remind_at, id)
    where ((status = 'pending') and (notification_id is null));
create trigger add_event after insert or update on app.reminders for each row
    execute function app.add_reminder_event();
create trigger add_tombstone after delete on app.reminders for each row
    execute function app.add_reminder_tombstone();
create trigger stamp before insert or update on app.reminders for each row
    execute function app.stamp_reminder();

-- Users who were deleted. What is theirs is deleted in steps, and the contents of their audit trail are
-- erased, also of events that arrive later.
create table app.removals (
    user_id   uuid not null,
    began_at  timestamp with time zone not null default now(),
    -- Time of the last event of the trail whose contents are erased, while they are.
    erased_to timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Time of the next step. Null after the last one.
    next_at   timestamp with time zone default now(),
    constraint removals_pkey primary key (user_id)
);
create index removals_by_time on app.removals (next_at) where (next_at is not null);

-- Recorded requests, counted by route, status and duration. After a crash they count from zero, as the
-- counters of a process would.
create unlogged table app.requests (
    route            text not null,
    status           smallint not null,
    -- Number of the bounds of `app.duration_bounds` that are not longer.
    bucket           smallint not null,
    times            bigint not null,
    seconds          double precision not null,
    -- Time in which they waited for Postgres.
    database_seconds double precision not null,
    constraint requests_pkey primary key (route, status, bucket)
) with (fillfactor=50);

-- Recurring tasks: rules that make tasks again and again.
create table app.series (
    id          uuid not null,
    user_id     uuid not null,
    title       text not null,
    description text,
    priority    text not null default 'medium',
    tags        text[] not null default '{}'[],
    -- The rule as `domain` writes it: start and end as wall-clock times, beside the time zone.
    rule        jsonb not null,
    -- True if the zone was chosen for this series; else it follows its user's.
    own_zone    boolean not null default false,
    reminders   jsonb not null default '[]'::jsonb,
    -- Number of occurrences so far, and so the number of the newest one.
    occurrences integer not null default 1,
    -- Place of the newest occurrence in the schedule, as wall-clock time. Null if the series has ended.
    place       timestamp without time zone,
    -- True if the user stopped it.
    stopped     boolean not null default false,
    created_at  timestamp with time zone not null default now(),
    updated_at  timestamp with time zone not null default now(),
    version     bigint not null default 1,
    seq         bigint not null default 0,
    constraint series_pkey primary key (id),
    constraint series_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade,
    constraint series_priority_is_known check ((priority = any (array['low', 'medium', 'high'])))
);
create index series_of_a_user_by_age on app.series (user_id, created_at desc, id desc);
create index series_of_a_user_by_seq on app.series (user_id, seq);
create trigger add_event after insert or update on app.series for each row
    execute function app.add_series_event();
create trigger stamp before insert or update on app.series for each row execute function app.stamp();

-- Sign-ins.
create table app.sessions (
    token_hash text not null,
    user_id    uuid not null,
    created_at timestamp with time zone not null default now(),
    expires_at timestamp with time zone not null,
    id         uuid not null default gen_random_uuid(),
    user_agent text,
    -- Network address at which it began, or was extended last.
    address    text,
    constraint sessions_pkey primary key (token_hash),
    constraint sessions_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade
);
create index sessions_by_expiry on app.sessions (expires_at);
create index sessions_of_a_user on app.sessions (user_id);
create unique index sessions_by_id on app.sessions (id);
create trigger end_streams after delete on app.sessions referencing old table as ended for each statement
    execute function app.end_streams();

-- Settings in effect, in one row. Rate limits are in `app.limits`.
create table app.settings (
    only_row            boolean not null default true,
    -- Most events to publish at once.
    publish_batch       integer not null default 500,
    -- Most reminders to claim at once.
    reminder_batch      integer not null default 500,
    -- Most open streams of a user.
    streams_per_user    integer not null default 100,
    -- Most open streams of a network address.
    streams_per_address integer not null default 1000,
    -- Most open streams of all users that instances of the function hold: each takes one of a process.
    streams_unproxied   integer not null default 750,
    constraint settings_pkey primary key (only_row),
    constraint settings_only_row_check check (only_row),
    constraint settings_publish_batch_check check (((publish_batch >= 1) and (publish_batch <= 1000))),
    constraint settings_reminder_batch_check check (((reminder_batch >= 1) and (reminder_batch <= 1000))),
    constraint settings_streams_per_address_check check (((streams_per_address >= 1) and (streams_per_address <= 100000))),
    constraint settings_streams_per_user_check check (((streams_per_user >= 1) and (streams_per_user <= 100000))),
    constraint settings_streams_unproxied_check check (((streams_unproxied >= 1) and (streams_unproxied <= 100000)))
);

-- Streams that were opened, that were closed, and that were found dead, in slots of which connections use
-- different ones; and as `proxied` how many were open in proxies a second ago.
create unlogged table app.stream_counters (
    outcome text not null,
    slot    smallint not null,
    times   bigint not null,
    constraint stream_counters_pkey primary key (outcome, slot)
) with (fillfactor=50);

-- Newest `seq` that was published to proxies, for each user with a stream that a proxy holds. A message
-- names the one before it by this, so that a proxy notices a gap.
create unlogged table app.stream_positions (
    user_id      uuid not null,
    seq          bigint not null,
    published_at timestamp with time zone not null default now(),
    -- True if a proxy may not have got a message: its streams have to ask.
    uncertain    boolean not null default false,
    constraint stream_positions_pkey primary key (user_id)
) with (fillfactor=50);
create index stream_positions_by_age on app.stream_positions (published_at);

-- One row while `app.streams` knows all streams that proxies hold. A crash of Postgres empties both.
create unlogged table app.stream_register (
    -- History in which they were opened, another one after a restore. Null before the first.
    epoch text
);

-- Open streams of `/api/events`. Without foreign keys: a stream outlives its user until it is closed.
create unlogged table app.streams (
    id         uuid not null,
    user_id    uuid not null,
    -- Hash of the session or personal access token, or issuer and subject, with which it was opened.
    credential text not null,
    -- `User-Agent` of the client.
    client     text,
    address    text,
    -- True if a proxy holds it, false if an instance of the function does.
    proxied    boolean not null,
    since      timestamp with time zone not null default now(),
    -- Time until which it counts as live. Whoever holds it moves this on; nobody does for a dead one.
    live_until timestamp with time zone not null,
    -- End of the credential, or the past once that was revoked.
    ends_at    timestamp with time zone not null,
    -- Time at which a proxy was told last that the stream has to ask, which moves `live_until` on.
    asked_at   timestamp with time zone not null default '-infinity'::timestamp with time zone,
    constraint streams_pkey primary key (id)
) with (fillfactor=50);
create index streams_of_a_credential on app.streams (credential);
create index streams_of_a_user on app.streams (user_id);
create index streams_of_an_address on app.streams (address);

-- Tasks, those in the trash included.
create table app.tasks (
    id                uuid not null,
    user_id           uuid not null,
    title             text not null,
    description       text,
    status            text not null default 'active',
    priority          text not null default 'medium',
    tags              text[] not null default '{}'[],
    -- Due instant; for a whole day (`all_day`), 23:59 of that day in the user's zone.
    due_date          timestamp with time zone,
    all_day           boolean not null default false,
    -- Day of a due date that is a whole day. In another time zone of the user it stays, and its end moves.
    due_on            date,
    created_at        timestamp with time zone not null default now(),
    updated_at        timestamp with time zone not null default now(),
    completed_at      timestamp with time zone,
    deleted_at        timestamp with time zone,
    version           bigint not null default 1,
    seq               bigint not null default 0,
    recurring_task_id uuid,
    -- True for an occurrence whose time had passed before it was created.
    missed            boolean not null default false,
    -- Words for the search, each with the prefix of its user.
    words             tsvector not null default ''::tsvector,
    -- Number of the occurrence in its series, from 1.
    occurrence        integer,
    -- Place in the schedule of its series, as wall-clock time. The due date may have been changed since.
    place             timestamp without time zone,
    constraint tasks_pkey primary key (id),
    constraint tasks_series foreign key (recurring_task_id) references app.series(id) on delete cascade,
    constraint tasks_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade,
    constraint tasks_all_day_has_a_day check ((all_day = (due_on is not null))),
    constraint tasks_all_day_needs_a_date check (((not all_day) or (due_date is not null))),
    constraint tasks_completed_at_when_completed check (((status = 'completed') = (completed_at is not null))),
    constraint tasks_priority_is_known check ((priority = any (array['low', 'medium', 'high']))),
    constraint tasks_status_is_known check ((status = any (array['active', 'completed'])))
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_analyze_scale_factor=0.02);
create index tasks_in_the_trash on app.tasks (user_id, deleted_at) where (deleted_at is not null);
create index tasks_in_the_trash_by_age on app.tasks (deleted_at) where (deleted_at is not null);
create index tasks_missed on app.tasks (user_id, due_date) where ((deleted_at is null) and missed);
create index tasks_of_a_user_by_age on app.tasks (user_id, created_at desc, id desc)
    where (deleted_at is null);
create index tasks_of_a_user_by_completion on app.tasks (user_id, completed_at desc nulls last, id desc)
    where ((deleted_at is null) and (status = 'completed'));
create index tasks_of_a_user_by_due_date on app.tasks (user_id, due_date, id) where (deleted_at is null);
create index tasks_of_a_user_by_seq on app.tasks (user_id, seq);
create index tasks_of_a_user_by_status on app.tasks (user_id, status, priority, due_date)
    where (deleted_at is null);
create index tasks_of_a_user_by_title on app.tasks (user_id, lower(title), id) where (deleted_at is null);
create index tasks_of_a_user_by_update on app.tasks (user_id, updated_at, id) where (deleted_at is null);
create index tasks_of_a_user_by_word on app.tasks using gin (user_id, tags, words) with (gin_pending_list_limit='128')
    where (deleted_at is null);
create unique index tasks_of_a_series on app.tasks (recurring_task_id, occurrence)
    where (recurring_task_id is not null);
create trigger add_event after insert or update on app.tasks for each row
    execute function app.add_task_event();
create trigger add_tombstone after delete on app.tasks for each row execute function app.add_task_tombstone();
create trigger forget_purged_tasks after delete on app.tasks referencing old table as purged for each statement
    execute function app.forget_purged_tasks();
create trigger stamp before insert or update on app.tasks for each row execute function app.stamp();
create trigger update_reminders after update on app.tasks for each row
    when (((old.due_date is distinct from new.due_date) or (old.status <> new.status) or ((old.deleted_at is null) <> (new.deleted_at is null))))
    execute function app.update_reminders();

-- Personal access tokens, for scripts and assistants.
create table app.tokens (
    id         uuid not null,
    user_id    uuid not null,
    token_hash text not null,
    name       text not null,
    scopes     text[] not null,
    created_at timestamp with time zone not null default now(),
    expires_at timestamp with time zone,
    constraint tokens_pkey primary key (id),
    constraint tokens_token_hash_key unique (token_hash),
    constraint tokens_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade
);
create index tokens_of_a_user on app.tokens (user_id);
create trigger end_streams after delete on app.tokens referencing old table as ended for each statement
    execute function app.end_streams();

-- Things that were deleted for good, so that sync can tell devices. Kept for 90 days.
create table app.tombstones (
    user_id    uuid not null,
    seq        bigint not null,
    kind       text not null,
    id         uuid not null,
    created_at timestamp with time zone not null default now(),
    constraint tombstones_pkey primary key (user_id, seq),
    constraint tombstones_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade
);
create index tombstones_by_age on app.tombstones (created_at);

-- Cached totals of lists that take long to count.
create unlogged table app.totals (
    user_id    uuid not null,
    total_key  text not null,
    -- The user's `seq` when it was counted: a newer one makes the total invalid.
    seq        bigint not null,
    total      bigint not null,
    counted_at timestamp with time zone not null default now(),
    constraint totals_pkey primary key (user_id, total_key)
) with (fillfactor=50);
create index totals_by_age on app.totals (counted_at);

-- Ids that nothing new of the user may get: those by which clients repeat requests, and those of things that
-- were deleted for good. Kept for good.
create table app.used_ids (
    user_id     uuid not null,
    id          uuid not null,
    -- Hash of the body of the request whose first id this is. Null for the id of a deleted thing.
    fingerprint uuid,
    -- Members of the answer to that request that are not in its body, which a repeat has again.
    answer      jsonb,
    constraint used_ids_pkey primary key (user_id, id),
    constraint used_ids_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade
);

-- Users: with e-mail and password, by an issuer of JWTs (without a password, perhaps without e-mail), and
-- guests.
create table app.users (
    id              uuid not null,
    -- E-mail address, in its only spelling.
    email           text,
    -- True if the user has confirmed the address, by the link that was sent to it, or if an issuer has.
    -- Until then nothing but that link is sent to it.
    email_verified  boolean not null default false,
    -- Address that replaces the current one when it is confirmed.
    new_email       text,
    name            text,
    password_hash   text,
    guest           boolean not null default false,
    admin           boolean not null default false,
    timezone        text not null default 'UTC',
    email_reminders boolean not null default false,
    created_at      timestamp with time zone not null default now(),
    -- Time of the last request with a session or token, to a day or two.
    seen_at         timestamp with time zone not null default now(),
    -- Number of the newest change of anything of this user. Triggers increment it, under the row lock of the
    -- frame.
    seq             bigint not null default 0,
    -- Tombstones up to here are deleted: a client that has seen less must sync from the start.
    forgotten_seq   bigint not null default 0,
    -- Secret of the link that stops e-mails, and permits nothing else.
    unsubscribe     uuid not null default gen_random_uuid(),
    constraint users_pkey primary key (id),
    constraint users_guest_has_no_account check (((not guest) or ((email is null) and (password_hash is null)))),
    constraint users_only_an_address_is_verified check (((not email_verified) or (email is not null))),
    constraint users_password_needs_email check (((password_hash is null) or (email is not null)))
) with (fillfactor=50);
create index users_guests_by_last_use on app.users (seen_at) where guest;
create unique index users_by_unsubscribe on app.users (unsubscribe);
create unique index users_email_is_unique on app.users (email);
create trigger follow_zone after update of timezone on app.users for each row
    when ((old.timezone is distinct from new.timezone))
    execute function app.follow_zone();

-- Users who have changed their time zone while their tasks and series still move to it, in steps.
create table app.zone_changes (
    user_id    uuid not null,
    -- All-day tasks with a `seq` up to here are left. Others have moved, or were written in the new zone.
    left_seq   bigint not null,
    changed_at timestamp with time zone not null default now(),
    constraint zone_changes_pkey primary key (user_id),
    constraint zone_changes_user_id_fkey foreign key (user_id) references app.users(id) on delete cascade
);

-- Settings as operators write them, by `taskflow settings set`.
create table dapr.configuration (
    key      text not null,
    value    text not null,
    version  text not null default '1',
    metadata json,
    constraint configuration_pkey primary key (key)
);
grant select on dapr.configuration to taskflow_dapr;

create table public.taskflow_functions (
    name     text not null,
    checksum text not null,
    constraint taskflow_functions_pkey primary key (name)
);

create table public.taskflow_migrations (
    number     integer not null,
    name       text not null,
    checksum   text not null,
    applied_at timestamp with time zone not null default now(),
    constraint taskflow_migrations_pkey primary key (number)
);

-- A reminder at an instant, as clients see it.
create type app.absolute_reminder as (
    id         uuid,
    task_id    uuid,
    at         timestamp with time zone,
    remind_at  timestamp with time zone,
    status     text,
    attempts   integer,
    sent_at    timestamp with time zone,
    created_at timestamp with time zone
);

-- An event on one attempt to hand it to a consumer. `input` is what the body needs of it.
create type app.delivery as (
    id             uuid,
    type           text,
    topic          text,
    occurred_at    timestamp with time zone,
    user_id        uuid,
    task_id        uuid,
    seq            bigint,
    correlation_id text,
    traceparent    text,
    input          jsonb
);

-- A notification about one task, as clients see it.
create type app.notification as (
    id         uuid,
    kind       text,
    title      text,
    task_id    uuid,
    due_date   timestamp with time zone,
    url        text,
    late       boolean,
    read_at    timestamp with time zone,
    created_at timestamp with time zone
);

-- A notification about several tasks, as clients see it.
create type app.notification_of_several as (
    id         uuid,
    kind       text,
    title      text,
    task_ids   uuid[],
    due_date   timestamp with time zone,
    url        text,
    late       boolean,
    read_at    timestamp with time zone,
    created_at timestamp with time zone
);

-- A series as clients see it.
create type app.recurring_task as (
    id              uuid,
    title           text,
    description     text,
    priority        text,
    tags            text[],
    frequency       jsonb,
    "interval"      jsonb,
    by_weekday      jsonb,
    day_of_month    jsonb,
    anchor          jsonb,
    start_date      json,
    end_date        json,
    timezone        jsonb,
    reminders       jsonb,
    next_occurrence timestamp with time zone,
    status          text,
    created_at      timestamp with time zone,
    updated_at      timestamp with time zone,
    version         bigint,
    seq             bigint
);

-- A reminder before the due date, as clients see it.
create type app.relative_reminder as (
    id         uuid,
    task_id    uuid,
    before     text,
    remind_at  timestamp with time zone,
    status     text,
    attempts   integer,
    sent_at    timestamp with time zone,
    created_at timestamp with time zone
);

-- A row of a reply: its kind, and a JSON text.
create type app.reply_row as (
    kind text,
    body text
);

-- A task as clients see it.
create type app.task as (
    id                uuid,
    title             text,
    description       text,
    status            text,
    priority          text,
    tags              text[],
    due_date          timestamp with time zone,
    all_day           boolean,
    recurring_task_id uuid,
    missed            boolean,
    created_at        timestamp with time zone,
    updated_at        timestamp with time zone,
    completed_at      timestamp with time zone,
    deleted_at        timestamp with time zone,
    version           bigint,
    seq               bigint
);

-- Acquires one of the places that a user has for requests of a kind, until the transaction ends. Returns
-- false if others have them all. Requests that may take long need a place, so nobody can fill the pool with
-- them.
create function app.acquire_place(kind text, person uuid, places integer)
returns boolean language plpgsql volatile;

-- Acquires the publish lease of a shard if it is free, and adds it to `taskflow.leases`, which the frame
-- returns. Returns true if this call has acquired it. A transaction tries each shard once.
create function app.acquire_publish_lease(shard smallint) returns boolean language plpgsql volatile;

-- Returns true if a request is to record itself for the metrics. Of 200 requests in quick succession each
-- does, so that a quiet system counts exactly; beyond that, 20 a second do, and others leave it to one of
-- many.
create function app.acquire_recording() returns boolean language plpgsql volatile;

-- Adds `task.conflict` or `recurring.conflict`: an update was rejected because the task or series had
-- changed. Live streams tell of it.
create function app.add_conflict_event(type text, person uuid, subject uuid, current json, expected jsonb)
returns void language plpgsql volatile;

-- Adds an event to the outbox, and acquires the publish lease of its shard if that is free.
create function app.add_event(topic text, type text, person uuid, seq bigint, subject uuid, before json, after json, details jsonb)
returns void language plpgsql volatile;

-- Adds a tombstone for a deleted notification. There is none if the user is deleted too.
create function app.add_notification_tombstone() returns trigger language plpgsql volatile;

-- Adds the event of a changed reminder. There is none for a reminder that moves with its task, which has an
-- event itself.
create function app.add_reminder_event() returns trigger language plpgsql volatile;

-- Adds a tombstone for a deleted reminder, whose id stays used, and its cancellation event if it was
-- pending. There are none if the user is deleted too.
create function app.add_reminder_tombstone() returns trigger language plpgsql volatile;

-- Records a security incident. The first of its kind is an event at once. Further ones are counted, and
-- their number is in the next event, as `times`: at most one a minute, so that nobody fills the audit trail.
-- Type, user and details make the kind, without the route, which a client can vary at will. All of this is
-- kept even if the request is rejected afterwards.
create function app.add_security_event(type text, person uuid, details jsonb)
returns void language plpgsql volatile;

-- Adds the event of a changed series. There is none for another place: the statement that adds or withdraws
-- the occurrence writes `recurring.generated` or `recurring.withdrawn`.
create function app.add_series_event() returns trigger language plpgsql volatile;

-- Adds the event of a changed task. Its type follows from the change.
create function app.add_task_event() returns trigger language plpgsql volatile;

-- Adds a tombstone and the event of a purged task, whose id stays used. There are none if the user is
-- deleted too.
create function app.add_task_tombstone() returns trigger language plpgsql volatile;

-- Admits a request: records its origin for the triggers, identifies the caller, counts the request against
-- the rate limits, and checks the scope, which every token has if it is `any`. Statements with the frame
-- `open` have no scope, and so no caller. `refusal` is null if the request is admitted. A scope that the
-- principal `needs` replaces that of the statement.
create function app.admit_request(principal jsonb, input jsonb, role text, scope text, rate_limit text, OUT caller uuid, OUT scopes text[], OUT session_expires_at timestamp with time zone, OUT quota text, OUT buckets app.buckets[], OUT refusal json)
returns record language plpgsql volatile;

-- Moves the position of a user that proxies know on to the newest one. Returns a row `publish` with the
-- message to tell them, `{"user", "previous", "page"}`, or nothing if they know it already. With `spaced`, a
-- message that would follow another one within 100 ms is put off: then the row is `later`, with the user.
create function app.advance_stream(person uuid, spaced boolean)
returns TABLE(kind text, body text) language plpgsql volatile;

-- Starts the first session of a user with an account, as `begin_session` does, and sends the link that
-- confirms the address. If too many were sent to it, the session has `link_retry_after`: the time in seconds
-- until one may be sent.
create function app.begin_account(person app.users, principal jsonb, input jsonb)
returns jsonb language plpgsql volatile;

-- Starts a session of a user: the hash of its token is in the input. Returns it as clients see it: its end,
-- and the user.
create function app.begin_session(person app.users, principal jsonb, input jsonb)
returns json language plpgsql volatile;

-- A query that matches tasks of a user that contain words with each of these prefixes, unchanged or stemmed.
-- Null if there are no words.
create function app.build_search_query(words text, person uuid) returns tsquery language plpgsql immutable;

-- The differences between two states of an item: `{"title": {"from": …, "to": …}}`.
create function app.changes(before json, after json) returns json language plpgsql immutable;

-- The changes of a user after `since`, in order and in their current state: tasks (also in the trash),
-- series, reminders, notifications, and tombstones of items that were deleted for good. They are read in one
-- snapshot, so there are no gaps. A page of long texts ends before its limit. Returns the changes as members
-- of a JSON array, `last_seq` of the last one, `more` if there are others, and the user's newest `seq`. With
-- `upto`, it is as if that were the newest: what has changed later is left out.
create function app.changes_since(person uuid, since bigint, upto bigint, max_items integer, max_bytes integer, OUT changes text, OUT last_seq bigint, OUT more boolean, OUT seq bigint, OUT forgotten_seq bigint)
returns record language plpgsql stable;

-- Checks these buckets: each key is the name of a limit, and a client; those that are null are left out.
-- Returns as `quota` the state of the limit that rejects the request, or else of the one with the emptiest
-- bucket. The frame takes the tokens at its end (`take_tokens`), from `buckets`: their last slots, with the
-- sums and maxima of all. With `exact` the tokens are taken at once, and each request waits for the one
-- before.
create function app.check_buckets(keys text[], person uuid, address text, exact boolean DEFAULT false, OUT quota text, OUT buckets app.buckets[])
returns record language plpgsql volatile;

-- Counts a request against the limits of sign-ins, sign-ups or passwords: returns as `quota` the state of
-- the limit, and the buckets whose tokens the frame takes at its end. Sign-ins are counted exactly: each
-- waits for the one before.
create function app.check_limits(rate_limit text, principal jsonb, input jsonb, caller uuid, OUT quota text, OUT buckets app.buckets[])
returns record language plpgsql volatile;

-- Compares the version of a task or series with those that the client expects. Returns a refusal with the
-- current state if none matches. That is an event too, so that all devices of the user can show the
-- conflict.
create function app.check_version(caller uuid, input jsonb) returns json language plpgsql volatile;

-- A task, series, reminder or notification as clients see it. The composite types define the fields and
-- their order.
create function app.client_json(notification app.notifications) returns json language plpgsql stable;

-- A task, series, reminder or notification as clients see it. The composite types define the fields and
-- their order.
create function app.client_json(reminder app.reminders) returns json language plpgsql stable;

-- A task, series, reminder or notification as clients see it. The composite types define the fields and
-- their order.
create function app.client_json(series app.series) returns json language plpgsql stable;

-- A task, series, reminder or notification as clients see it. The composite types define the fields and
-- their order.
create function app.client_json(task app.tasks) returns json language sql stable;

-- The CloudEvent of an outbox row, as JSON text. It is concatenated, because building one object and
-- removing its nulls took twice as long.
create function app.cloud_event(outbox app.outbox) returns text language plpgsql stable;

-- A setting of this transaction, such as `actor` or `correlation_id`, made by the frame; null if it is not
-- set.
create function app.context(name text) returns text language sql stable;

-- The number of tasks, from the first on, whose JSON fits on a page: at least one. The texts behind the
-- first one that does not fit are not read.
create function app.count_fitting(ids uuid[], max_bytes integer) returns integer language plpgsql stable;

-- Counts what happened to streams. Connections count in different slots, so they hardly wait for each other.
create function app.count_streams(what text, amount bigint) returns void language sql volatile;

-- The instant of a due date: `{"at": instant}`, or `{"on": day}`, for the end of that day in the user's
-- zone.
create function app.due_at(due jsonb, person uuid) returns timestamp with time zone language plpgsql stable;

-- The upper bounds of the buckets that durations of requests are counted in, in seconds. There is one more
-- bucket, without a bound.
create function app.duration_bounds() returns double precision[] language sql immutable;

-- The due date of a whole day: 23:59 in a zone. Where clocks are set forward over that time, it is as much
-- earlier: the last minute that the day has.
create function app.end_of_day(day date, zone text)
returns timestamp with time zone language plpgsql immutable;

-- Ends the streams of sessions and personal access tokens that were deleted.
create function app.end_streams() returns trigger language plpgsql volatile;

-- The name of the history that this database is in. A client returns it with its position, which means
-- nothing in another history. A database of another server has another system identifier; a restore to a
-- point in time, or from a replica, starts another timeline (Neon has timelines of its own); another
-- database of the server has another number, and one that was loaded from a dump another file for the table.
create function app.epoch() returns text language plpgsql stable;

-- The data of an event without what people wrote: states and changes are null.
create function app.erase_contents(data json) returns json language plpgsql immutable;

-- Extends the session of a request, and returns true, unless another request is just doing that: nobody
-- waits for it.
create function app.extend_session(principal jsonb) returns boolean language plpgsql volatile;

-- Finds the tasks or series of a user by words of their titles: up to six of `{id, title, open, due_date,
-- all_day}` as `matches`, the best first. `is_exact` is true if the title of the first equals the words,
-- `is_suggestion` if they are similar at most.
create function app.find_by_words(source text, words text, open_first boolean, caller uuid)
returns json language plpgsql stable;

-- The task, series, reminder, notification, token or session with this id if it belongs to another user, as
-- `{"task_id": …}`; null otherwise.
create function app.find_foreign_item(item_id uuid, caller uuid) returns jsonb language plpgsql stable;

-- The user of an issuer's subject. The first request creates the user, with the e-mail address unless
-- another user has it.
create function app.find_or_create_user(issuer text, subject text, principal jsonb)
returns uuid language plpgsql volatile;

-- Finds the answer to a request that is a repeat: one with the same body was done under its first id. Null
-- if the request is new. It is refused if one of its ids is used. `named` has the `ids` that the client has
-- chosen, the `kind` of the answer, and the `body` of the request.
create function app.find_repeat(caller uuid, named jsonb) returns text language plpgsql volatile;

-- Starts to move the due dates of a user who changes the time zone. What is too much for one call is left to
-- later ones of `app.move_to_zone`.
create function app.follow_zone() returns trigger language plpgsql volatile;

-- Removes purged tasks from notifications, so that nothing of their text stays there: a notification that is
-- about no other task is deleted, and a digest names those that are left.
create function app.forget_purged_tasks() returns trigger language plpgsql volatile;

-- A place of a series in the format of `domain`'s `WallClock`: a local date, or a local date and time.
create function app.format_place(series app.series, place timestamp without time zone)
returns text language plpgsql immutable;

-- True if an account keeps its address from others: it has confirmed it, or an issuer has given it. The
-- address of another account goes to whoever confirms it.
create function app.holds_address(person app.users) returns boolean language plpgsql immutable;

-- Increments the counter of a consumer and an outcome.
create function app.increment_counter(outcome text, consumer text) returns void language sql volatile;

-- The first instant at which clocks in a zone show a wall-clock time. Where clocks are set back there are
-- two, and `at time zone` returns the second.
create function app.instant(wall_clock timestamp without time zone, zone text)
returns timestamp with time zone language plpgsql immutable;

-- True if the occurrences of a series are due on whole days.
create function app.is_all_day(series app.series) returns boolean language sql immutable;

-- Keeps the answer to a request under the first id in it, for repeats: only what the body does not have. So
-- what people wrote is not kept once it is deleted for good.
create function app.keep_answer(caller uuid, named jsonb, answer jsonb)
returns void language plpgsql volatile;

-- The buckets of links that a user has sent to an address: the user's own for this address, so that nobody
-- else keeps the owner from getting a link, and a wider one of the address.
create function app.link_keys(person uuid, address text) returns text[] language plpgsql immutable;

-- Locks the caller's row before any of their data is read, as `lock_user` does. Returns a refusal if the row
-- is not free in time, or if the session or token was revoked or the user deleted while this waited.
create function app.lock_caller(principal jsonb, caller uuid, role text)
returns json language plpgsql volatile;

-- Locks the row of a user, so that their changes have one order, and writers wait for each other instead of
-- deadlocking. Several users' rows come in the order of their ids. Returns false if the row is not free in
-- time.
create function app.lock_user(person uuid, role text) returns boolean language plpgsql volatile;

-- The first instant within a lower bound: an instant itself, or the beginning of a day in the user's zone. A
-- day begins at its first midnight, or where clocks skip that, as soon as they have been set forward.
create function app.lower_bound(bound jsonb, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Creates the partition of the audit trail for the month of an instant, unless it exists.
create function app.make_audit_month(moment timestamp with time zone) returns void language plpgsql volatile;

-- Adds an occurrence of a series, with the reminders of the series unless it was missed.
create function app.make_occurrence(series app.series, occurrence integer, id uuid, place timestamp without time zone, missed boolean)
returns void language plpgsql volatile;

-- The members of a JSON object, without its braces.
create function app.members(object text) returns text language sql immutable;

-- Moves tasks and series to the time zone that their user has changed to: whole days stay on their day, and
-- a series without a zone of its own keeps its wall-clock time from its open occurrence on. Returns true if
-- some are left.
create function app.move_to_zone(person uuid) returns boolean language plpgsql volatile;

-- The instant of a requested due date. A due date in the past is rejected unless the request allows it, the
-- date is unchanged, or it is today (`on`).
create function app.new_due_at(due jsonb, person uuid, allow_past boolean, current_due timestamp with time zone)
returns timestamp with time zone language plpgsql stable;

-- The next `seq` of a user: one of the reserved numbers while there are any. Null if this transaction
-- deletes the user.
create function app.next_seq(person uuid) returns bigint language plpgsql volatile;

-- The title of a notification about these tasks: that of the first task, and the number of the others.
create function app.notification_title(kind text, task_ids uuid[]) returns text language plpgsql stable;

-- The title of a notification about these tasks: that of the first task, and the number of the others.
create function app.notification_title(task_ids uuid[]) returns text language plpgsql stable;

-- The open occurrence of a series: its newest task, if that is active and the series has not ended.
create function app.open_occurrence(series app.series) returns uuid language plpgsql stable;

-- Largest size of the items of a page in bytes, so that a response has at most 1 MiB. A response to an agent
-- shows them twice, as data and as text, in which the quotes of a quote are escaped too.
create function app.page_bytes(principal jsonb) returns integer language sql immutable;

-- The cursor after a row of a list: sort key and id of the row, and fingerprint of the list. Clients return
-- it unchanged, and `Cursor` in `actions` parses it. URL-safe Base64 without padding.
create function app.page_cursor(key text, id uuid, fingerprint text) returns text language plpgsql immutable;

-- Parses a place in a schedule, which `domain` writes as a date or a wall-clock time. A date means the end
-- of its day.
create function app.parse_place(wall_clock text)
returns timestamp without time zone language plpgsql immutable;

-- The due date that a place in the schedule of a series stands for. A day ends in the user's zone, as for
-- every task.
create function app.planned_due_date(series app.series, place timestamp without time zone)
returns timestamp with time zone language plpgsql stable;

-- A search query for words that begin with this one, among the words of one user.
create function app.prefix_query(word text, person uuid) returns tsquery language sql immutable;

-- The rank of a priority, as a sort key.
create function app.priority_rank(priority text) returns integer language sql immutable;

-- The profile of a user, without null fields.
create function app.profile_json(person app.users) returns json language sql stable;

-- The progress of a series: its rule, its place, and the state of its newest occurrence.
create function app.progress(series app.series) returns jsonb language plpgsql stable;

-- Queues an e-mail with a link, unless too many were sent to the address. Returns null if it is queued, or
-- else the time in seconds until the next one may be sent.
create function app.queue_link(person uuid, purpose text, address text)
returns double precision language plpgsql volatile;

-- Queues an e-mail about an account. It replaces one of the same kind that was not sent yet; if that is
-- being sent, its new id keeps the sender from deleting the new one.
create function app.queue_mail(person uuid, mail_kind text, address text)
returns void language plpgsql volatile;

-- The state of a rate limit, as the frame returns it to the client. `reset` is the time until the next
-- request is allowed, or until the bucket is full. `recorded` is true for a request that records itself for
-- the metrics.
create function app.quota(refused boolean, policy text, reset double precision, seconds_per_token double precision, seconds_to_fill double precision, remaining double precision)
returns text language sql volatile;

-- Returns the tokens of a link whose e-mail is withdrawn before anybody tries to send it, so that only those
-- count that may arrive. It waits for nobody, as two users may have links to the same two addresses: tokens
-- of a bucket that another request has just now are lost.
create function app.refund_link(mail app.mails) returns void language plpgsql volatile;

-- Describes the failure of a body. Error messages may contain personal data, so only that of `refuse` is
-- returned; of others the SQLSTATE, the violated constraint, and the context: the call stack in PL/pgSQL.
create function app.refusal(code text, violated text, message text, context text)
returns json language plpgsql volatile;

-- Rejects a request: the frame rolls the body back and returns the reason as a refusal.
create function app.refuse(reason text) returns void language plpgsql volatile;

-- Rejects changes to the audit trail, even by statements, which run as the owner of the table. The only one
-- that is allowed erases the contents of an event of a deleted user.
create function app.reject_audit_change() returns trigger language plpgsql volatile;

-- The time of a relative reminder: now, if it has passed but the due date has not.
create function app.remind_at(due timestamp with time zone, before text, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Makes a step of deleting a user, of up to 2000 rows: of all that is theirs, and of the contents of their
-- audit trail, of which types, ids and times stay. Most users are gone after the first one; `app.removals`
-- has those who are not. From the first step on nobody can sign in as the user, and nothing says who it was.
create function app.remove_user(person uuid) returns void language plpgsql volatile;

-- Returns the answer that is kept under this idempotency key, or the refusal `key_used` if the key belongs
-- to another request; null if the request is new.
create function app.replay(caller uuid, key jsonb) returns app.reply_row[] language plpgsql volatile;

-- Reports a request for an item of another user, to administrators only. The caller must not be able to tell
-- such items from missing ones: neither by the response, nor by an event of their own, nor by the time that
-- it takes to write to the disk, so neither waits for that.
create function app.report_foreign_access(principal jsonb, input jsonb, caller uuid)
returns void language plpgsql volatile;

-- Puts a dead letter back into the outbox. It keeps its id, so that consumers that have taken it skip it.
create function app.requeue_event(topic text, event jsonb) returns void language plpgsql volatile;

-- Reserves `seq` numbers for about as many changes of one user, as updating a user's row ten thousand times
-- in a transaction takes seconds. Until `taskflow.reserved` is cleared, the transaction must not change data
-- of other users.
create function app.reserve_seqs(person uuid, amount bigint) returns void language plpgsql volatile;

-- Deletes all buckets of a limit that was changed, so that it applies to every client from the start.
create function app.reset_buckets() returns trigger language plpgsql volatile;

-- Returns a token to each of these buckets, so that an attempt does not count: in the order in which they
-- were taken, as another order would deadlock with attempts of others.
create function app.return_tokens(keys text[]) returns void language plpgsql volatile;

-- The start or end of a series as clients see it: a date unchanged, a wall-clock time as an instant.
create function app.schedule_bound_json(wall_clock text, zone text) returns json language plpgsql immutable;

-- The words of a text, both unchanged and stemmed as English, so that a search finds names and inflections.
create function app.search_vector(title text, description text) returns tsvector language plpgsql immutable;

-- Seconds after which a stream that a proxy holds has to ask again, which shows that it is alive: a
-- heartbeat, or longer if there are so many that more than a hundred would ask in each second.
create function app.seconds_to_ask() returns integer language sql stable;

-- Sets the password of a user. Whoever knew the old one loses all access: sessions except one, tokens and
-- links. The user is told, if the address is confirmed.
create function app.set_password(person uuid, new_hash text, kept_session text)
returns void language plpgsql volatile;

-- Pauses or resumes publishing: during a pause every shard has a lease that never expires.
create function app.set_publishing(is_on boolean) returns void language sql volatile;

-- The shard of a user's events, 0 to 7. Events without a user are in shard 0.
create function app.shard(person uuid) returns smallint language sql immutable;

-- The buckets of attempts to sign in: of the network address, of the account at this address, and of the
-- account.
create function app.sign_in_keys(email text, address text) returns text[] language plpgsql stable;

-- Sets `seq`, `version` and `updated_at` of a changed task or series, and the day and the search words of a
-- task. An update that changes nothing keeps the old row, so that it makes no new version and no event.
create function app.stamp() returns trigger language plpgsql volatile;

-- Sets `seq` of a changed notification. An update that changes nothing keeps the old row.
create function app.stamp_notification() returns trigger language plpgsql volatile;

-- Sets `seq` of a changed reminder, and `remind_at` of a new one, which is cancelled at once if its task is
-- not open, or if it is relative and its time has passed. An absolute one was in the future when it was
-- asked for: if its time has passed while the request waited for a database that was away, it is sent at
-- once.
create function app.stamp_reminder() returns trigger language plpgsql volatile;

-- The events of a live stream after `since`, and up to `upto` if that is not null: `{"epoch", "seq",
-- "events": [[event, data], …]}`, with the `seq` that they lead to. Conflicts come first, as only the last
-- event carries the position: one for each task or series, and the twenty newest, as a stream is not
-- flooded. A client that is more than a page behind gets `resync` in place of the changes.
create function app.stream_page(person uuid, since bigint, upto bigint) returns json language plpgsql stable;

-- A due date minus an offset such as `2d`. Days and weeks are calendar days in the user's zone, so clocks
-- show the same time.
create function app.subtract_offset(due timestamp with time zone, before text, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Deletes and counts streams that no instance of the function holds any more, as it has died. Also deletes
-- those that proxies were told to close five minutes ago, and could not be reached since.
create function app.sweep_streams() returns void language plpgsql volatile;

-- Uses up a link that was sent by e-mail, and returns it: all null if it is unknown, was used, or has
-- expired. The user is locked before the link is deleted, as by all others that delete links.
create function app.take_link(hash text, wanted text) returns app.links language plpgsql volatile;

-- Acquires a place for a request that may hold a connection for long, or refuses it while others of the
-- user, of the same kind, have half of the connections of a pool: a search may read much, and streams open
-- one by one.
create function app.take_place(kind text, person uuid) returns void language plpgsql volatile;

-- Takes a token from each of these buckets, from its first slot that no other request in progress has. A
-- moment of many requests leaves more slots than are needed later, and each costs time to read: whoever has
-- the first one merges the last one into it, if there are more than four.
create function app.take_tokens(buckets app.buckets[]) returns void language plpgsql volatile;

-- Updates the reminders of a changed task: relative ones move with its due date, and those of a completed or
-- deleted task are cancelled until it is open again.
create function app.update_reminders() returns trigger language plpgsql volatile;

-- The last instant within an upper bound: an instant itself, or the end of a day in the user's zone. A day
-- ends where the next one begins.
create function app.upper_bound(bound jsonb, person uuid)
returns timestamp with time zone language plpgsql stable;

-- The prefix of every search word of a user. A prefix search reads all index entries that begin alike, and
-- with this prefix those are entries of one user.
create function app.user_prefix(person uuid) returns text language sql immutable;

-- Takes back what completing an occurrence has led to, as it is open again: the occurrences that followed it
-- are withdrawn, and if its series has ended with it, the end too. All of it stays if the user has changed
-- one of these occurrences or its reminders.
create function app.withdraw_followers(reopened app.tasks) returns void language plpgsql volatile;

-- Deletes the links of a user, sent or waiting, except those that confirm an address that needs it still.
create function app.withdraw_links(person uuid) returns void language plpgsql volatile;

-- The search words of a task, each with the prefix of its user.
create function app.words(title text, description text, person uuid)
returns tsvector language plpgsql immutable;

-- The time zone of a user.
create function app.zone(person uuid) returns text language plpgsql stable;

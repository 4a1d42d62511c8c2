-- The database as the migrations make it: tables, types, triggers and functions. The bodies of functions are
-- in functions/. Generated: `cargo dev test schema_sql` rewrites it.

-- The data, and the functions that guard it. The roles of TaskFlow have no access.
create schema app;

-- The installed statements: all that the roles of TaskFlow may call.
create schema bodies;
grant usage on schema bodies to taskflow_service;
grant usage on schema bodies to taskflow_user;

-- Tables of Dapr: its configuration store and its state store.
create schema dapr;
grant create on schema dapr to taskflow_dapr;
grant usage on schema dapr to taskflow_dapr;

create extension btree_gin with schema public;
create extension pg_trgm with schema public;

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

-- Replies to requests with an idempotency key, kept for 24 hours. Without a foreign key, whose check would
-- add a fifth.
create table app.answers (
    user_id     uuid not null,
    id          uuid not null,
    -- Hash of the request: another request must not reuse the key.
    fingerprint text not null,
    -- Id of the thing that the request was about.
    subject     uuid,
    rows        app.reply_row[] not null,
    created_at  timestamp with time zone not null default now(),
    constraint answers_pkey PRIMARY KEY (user_id, id)
);

-- The audit trail: every event, append-only, with a partition for each month of UTC.
create table app.audit (
    event_id    uuid not null,
    occurred_at timestamp with time zone not null,
    event_type  text not null,
    user_id     uuid,
    task_id     uuid,
    seq         bigint not null,
    data        json not null,
    constraint audit_pkey PRIMARY KEY (occurred_at, event_id)
) partition by range (occurred_at);
CREATE INDEX audit_of_a_task ON ONLY app.audit USING btree (task_id, occurred_at, event_id);
CREATE INDEX audit_of_a_user ON ONLY app.audit USING btree (user_id, occurred_at, event_id);
CREATE TRIGGER keep BEFORE DELETE OR UPDATE ON app.audit FOR EACH ROW
    EXECUTE FUNCTION app.reject_audit_change();
CREATE TRIGGER keep_all BEFORE TRUNCATE ON app.audit FOR EACH STATEMENT
    EXECUTE FUNCTION app.reject_audit_change();

-- Token buckets of the limits. Times are seconds since 1970.
create unlogged table app.buckets (
    -- Name of the limit, and the client.
    key     text not null,
    -- Time at which the bucket will be full again.
    full_at double precision not null,
    -- Seconds in which one request is refilled.
    each    double precision not null,
    -- Seconds in which the whole bucket is refilled.
    room    double precision not null,
    -- Time of the last `limit.hit` event.
    told_at double precision not null default 0,
    constraint buckets_pkey PRIMARY KEY (key)
) with (fillfactor=15);

-- Settings as last read from Dapr's configuration store.
create table app.configured (
    key     text not null,
    value   text,
    -- Why the value was rejected; null if it is in effect.
    problem text,
    at      timestamp with time zone not null default now(),
    constraint configured_pkey PRIMARY KEY (key)
);

-- Counters of consumers, in several slots each, so that connections do not wait for each other.
create table app.counted (
    what     text not null,
    consumer text not null,
    slot     smallint not null,
    times    bigint not null,
    sum_ms   double precision not null default 0,
    constraint counted_pkey PRIMARY KEY (what, consumer, slot)
) with (fillfactor=50);

-- Events that a consumer could not process: unreadable, or out of retries.
create table app.dead_letters (
    consumer    text not null,
    event_id    text not null,
    topic       text not null,
    reason      text,
    event       json not null,
    times       integer not null default 1,
    died_at     timestamp with time zone not null default now(),
    replayed_at timestamp with time zone,
    constraint dead_letters_pkey PRIMARY KEY (consumer, event_id)
);

-- Events that consumers have processed, written in the transaction of the work. A repeated delivery finds
-- its row.
create table app.deliveries (
    consumer text not null,
    event_id uuid not null,
    type     text not null,
    outcome  text not null,
    -- Time from the change to here.
    delay_ms double precision not null,
    took_ms  double precision not null,
    at       timestamp with time zone not null default now(),
    constraint deliveries_pkey PRIMARY KEY (consumer, event_id)
);
CREATE INDEX deliveries_by_age ON app.deliveries USING btree (at);

-- Users whose next event failed while others were published: theirs wait, in order, without delaying others.
create table app.held (
    user_id uuid not null,
    shard   smallint not null,
    until   timestamp with time zone not null,
    constraint held_pkey PRIMARY KEY (user_id)
);

-- Users as issuers of JWTs know them.
create table app.identities (
    issuer  text not null,
    subject text not null,
    user_id uuid not null,
    constraint identities_pkey PRIMARY KEY (issuer, subject),
    constraint identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE
);

-- Public keys of the issuers of JWTs.
create table app.issuers (
    issuer   text not null,
    keys     json not null default '{"keys": []}'::json,
    -- Time of the last request for the keys.
    asked_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
    -- Time of the last successful one.
    kept_at  timestamp with time zone not null default '-infinity'::timestamp with time zone,
    constraint issuers_pkey PRIMARY KEY (issuer)
);

-- Rate limits: requests per seconds. A change applies at once.
create table app.limits (
    name    text not null,
    quota   integer not null,
    seconds integer not null,
    constraint limits_pkey PRIMARY KEY (name),
    constraint limits_are_positive CHECK ((((quota >= 1) AND (quota <= 1000000000)) AND ((seconds >= 1) AND (seconds <= 86400))))
);
CREATE TRIGGER reset_buckets AFTER DELETE OR UPDATE ON app.limits FOR EACH ROW
    EXECUTE FUNCTION app.reset_buckets();

-- Notifications to be sent by e-mail too. The text is made when it is sent.
create table app.mails (
    notification_id uuid not null,
    user_id         uuid not null,
    next_at         timestamp with time zone not null default now(),
    attempts        integer not null default 0,
    -- A request sends it. If that fails silently, it is claimed again after this.
    claimed_until   timestamp with time zone not null default '-infinity'::timestamp with time zone,
    constraint mails_pkey PRIMARY KEY (notification_id),
    constraint mails_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES app.notifications(id) ON DELETE CASCADE,
    constraint mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE
);
CREATE INDEX mails_by_time ON app.mails USING btree (next_at);

-- The inbox of each user.
create table app.notifications (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    kind       text not null,
    title      text not null,
    task_ids   uuid[] not null,
    due_date   timestamp with time zone,
    late       boolean not null default false,
    -- Minute of its reminders: those of the same minute share a notification.
    minute     timestamp with time zone not null,
    read_at    timestamp with time zone,
    created_at timestamp with time zone not null default clock_timestamp(),
    seq        bigint not null default 0,
    constraint notifications_pkey PRIMARY KEY (id),
    constraint notifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE,
    constraint notifications_have_a_few_tasks CHECK (((cardinality(task_ids) >= 1) AND (cardinality(task_ids) <= 10))),
    constraint notifications_kind_is_known CHECK ((kind = ANY (ARRAY['reminder'::text, 'digest'::text, 'reminder_failed'::text])))
);
CREATE INDEX notifications_by_age ON app.notifications USING btree (created_at);
CREATE INDEX notifications_of_a_minute ON app.notifications USING btree (user_id, minute);
CREATE INDEX notifications_of_a_user_by_age ON app.notifications USING btree (user_id, created_at DESC, id DESC);
CREATE INDEX notifications_of_a_user_by_seq ON app.notifications USING btree (user_id, seq);
CREATE INDEX notifications_unread ON app.notifications USING btree (user_id, created_at DESC, id DESC)
    WHERE (read_at IS NULL);
CREATE TRIGGER bury AFTER DELETE ON app.notifications FOR EACH ROW EXECUTE FUNCTION app.bury_notification();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON app.notifications FOR EACH ROW
    EXECUTE FUNCTION app.stamp_notification();

-- Events that are not published yet, written by triggers in the transaction of the change.
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
    -- A complete CloudEvent, for a dead letter or a replay; else the other columns make it.
    event          json,
    attempts       integer not null default 0,
    failed_at      timestamp with time zone,
    problem        text,
    constraint outbox_pkey PRIMARY KEY (shard, "position")
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000);

-- Events that failed for an hour while others were published. `taskflow events replay` puts them back.
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
    problem        text,
    parked_at      timestamp with time zone not null default now(),
    constraint parked_pkey PRIMARY KEY (shard, "position")
);

-- Newest `seq` of each user that a consumer has seen in a topic.
create table app.places (
    consumer text not null,
    topic    text not null,
    user_id  uuid not null,
    seq      bigint not null,
    constraint places_pkey PRIMARY KEY (consumer, topic, user_id)
) with (fillfactor=70);

-- The publish lease of each shard.
create table app.publishers (
    shard        smallint not null,
    -- Transaction id that took the lease. Null while a shard waits after a failure.
    holder       text,
    until        timestamp with time zone not null default '-infinity'::timestamp with time zone,
    failures     integer not null default 0,
    succeeded_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
    published    bigint not null default 0,
    failed       bigint not null default 0,
    problem      text,
    constraint publishers_pkey PRIMARY KEY (shard)
) with (fillfactor=50);

-- The two newest releases, with the statements and functions of each. A newer one drops what neither of them
-- has.
create table app.releases (
    release      text not null,
    bodies       text[] not null,
    installed_at timestamp with time zone not null default now(),
    functions    text[] not null default '{}'::text[],
    constraint releases_pkey PRIMARY KEY (release)
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
    status          text not null default 'pending'::text,
    attempts        integer not null default 0,
    sent_at         timestamp with time zone,
    snoozed_at      timestamp with time zone,
    -- Its event is on its way. If that gets lost, the reminder is claimed again after this.
    claimed_until   timestamp with time zone,
    notification_id uuid,
    created_at      timestamp with time zone not null default now(),
    seq             bigint not null default 0,
    constraint reminders_pkey PRIMARY KEY (id),
    constraint reminders_task_id_fkey FOREIGN KEY (task_id) REFERENCES app.tasks(id) ON DELETE CASCADE,
    constraint reminders_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE,
    constraint reminders_are_absolute_or_relative CHECK (((at IS NULL) <> (before IS NULL))),
    constraint reminders_status_is_known CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'failed'::text, 'cancelled'::text])))
) with (fillfactor=70);
CREATE INDEX reminders_due ON app.reminders USING btree (remind_at)
    WHERE ((status = 'pending'::text) AND (notification_id IS NULL));
CREATE INDEX reminders_of_a_notification ON app.reminders USING btree (notification_id)
    WHERE (notification_id IS NOT NULL);
CREATE INDEX reminders_of_a_task ON app.reminders USING btree (task_id);
CREATE INDEX reminders_of_a_user_by_seq ON app.reminders USING btree (user_id, seq);
CREATE INDEX reminders_to_come ON app.reminders USING btree (user_id, remind_at, id)
    WHERE ((status = 'pending'::text) AND (notification_id IS NULL));
CREATE TRIGGER bury AFTER DELETE ON app.reminders FOR EACH ROW EXECUTE FUNCTION app.bury_reminder();
CREATE TRIGGER publish AFTER INSERT OR UPDATE ON app.reminders FOR EACH ROW
    EXECUTE FUNCTION app.publish_reminder();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON app.reminders FOR EACH ROW
    EXECUTE FUNCTION app.stamp_reminder();

-- Recurring tasks: rules that make tasks again and again.
create table app.series (
    id          uuid not null,
    user_id     uuid not null,
    title       text not null,
    description text,
    priority    text not null default 'medium'::text,
    tags        text[] not null default '{}'::text[],
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
    constraint series_pkey PRIMARY KEY (id),
    constraint series_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE,
    constraint series_priority_is_known CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text])))
);
CREATE INDEX series_of_a_user_by_age ON app.series USING btree (user_id, created_at DESC, id DESC);
CREATE INDEX series_of_a_user_by_seq ON app.series USING btree (user_id, seq);
CREATE TRIGGER publish AFTER INSERT OR UPDATE ON app.series FOR EACH ROW
    EXECUTE FUNCTION app.publish_series();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON app.series FOR EACH ROW EXECUTE FUNCTION app.stamp_series();

-- Sign-ins.
create table app.sessions (
    token_hash text not null,
    user_id    uuid not null,
    created_at timestamp with time zone not null default now(),
    expires_at timestamp with time zone not null,
    id         uuid not null default gen_random_uuid(),
    user_agent text,
    constraint sessions_pkey PRIMARY KEY (token_hash),
    constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE
);
CREATE INDEX sessions_of_a_user ON app.sessions USING btree (user_id);

-- Settings in effect, in one row. Rate limits are in `app.limits`.
create table app.settings (
    only_row       boolean not null default true,
    -- Most events to publish at once.
    publish_batch  integer not null default 500,
    -- Most reminders to claim at once.
    reminder_batch integer not null default 500,
    constraint settings_pkey PRIMARY KEY (only_row),
    constraint settings_only_row_check CHECK (only_row),
    constraint settings_publish_batch_check CHECK (((publish_batch >= 1) AND (publish_batch <= 1000))),
    constraint settings_reminder_batch_check CHECK (((reminder_batch >= 1) AND (reminder_batch <= 1000)))
);

-- Tasks, those in the trash included.
create table app.tasks (
    id                uuid not null,
    user_id           uuid not null,
    title             text not null,
    description       text,
    status            text not null default 'active'::text,
    priority          text not null default 'medium'::text,
    tags              text[] not null default '{}'::text[],
    -- Due instant; for a whole day (`all_day`), 23:59 of that day in the user's zone.
    due_date          timestamp with time zone,
    all_day           boolean not null default false,
    created_at        timestamp with time zone not null default now(),
    updated_at        timestamp with time zone not null default now(),
    completed_at      timestamp with time zone,
    deleted_at        timestamp with time zone,
    version           bigint not null default 1,
    seq               bigint not null default 0,
    recurring_task_id uuid,
    -- True for an occurrence that was past when its series came to it.
    missed            boolean not null default false,
    -- Words for the search, each with the prefix of its user.
    words             tsvector not null default ''::tsvector,
    -- Number of the occurrence in its series, from 1.
    occurrence        integer,
    -- Place in the schedule of its series, as wall-clock time. The due date may have been changed since.
    place             timestamp without time zone,
    constraint tasks_pkey PRIMARY KEY (id),
    constraint tasks_series FOREIGN KEY (recurring_task_id) REFERENCES app.series(id) ON DELETE CASCADE,
    constraint tasks_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE,
    constraint tasks_all_day_needs_a_date CHECK (((NOT all_day) OR (due_date IS NOT NULL))),
    constraint tasks_completed_at_when_completed CHECK (((status = 'completed'::text) = (completed_at IS NOT NULL))),
    constraint tasks_priority_is_known CHECK ((priority = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text]))),
    constraint tasks_status_is_known CHECK ((status = ANY (ARRAY['active'::text, 'completed'::text])))
);
CREATE INDEX tasks_in_the_trash ON app.tasks USING btree (user_id, deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX tasks_in_the_trash_by_age ON app.tasks USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX tasks_missed ON app.tasks USING btree (user_id, due_date)
    WHERE ((deleted_at IS NULL) AND missed);
CREATE INDEX tasks_of_a_user_by_age ON app.tasks USING btree (user_id, created_at DESC, id DESC)
    WHERE (deleted_at IS NULL);
CREATE INDEX tasks_of_a_user_by_completion ON app.tasks USING btree (user_id, completed_at DESC NULLS LAST, id DESC)
    WHERE ((deleted_at IS NULL) AND (status = 'completed'::text));
CREATE INDEX tasks_of_a_user_by_due_date ON app.tasks USING btree (user_id, due_date, id)
    WHERE (deleted_at IS NULL);
CREATE INDEX tasks_of_a_user_by_seq ON app.tasks USING btree (user_id, seq);
CREATE INDEX tasks_of_a_user_by_status ON app.tasks USING btree (user_id, status, priority, due_date)
    WHERE (deleted_at IS NULL);
CREATE INDEX tasks_of_a_user_by_title ON app.tasks USING btree (user_id, lower(title), id)
    WHERE (deleted_at IS NULL);
CREATE INDEX tasks_of_a_user_by_update ON app.tasks USING btree (user_id, updated_at, id)
    WHERE (deleted_at IS NULL);
CREATE INDEX tasks_of_a_user_by_word ON app.tasks USING gin (user_id, tags, words) WITH (gin_pending_list_limit='128')
    WHERE (deleted_at IS NULL);
CREATE UNIQUE INDEX tasks_of_a_series ON app.tasks USING btree (recurring_task_id, occurrence)
    WHERE (recurring_task_id IS NOT NULL);
CREATE TRIGGER bury AFTER DELETE ON app.tasks FOR EACH ROW EXECUTE FUNCTION app.bury_task();
CREATE TRIGGER publish AFTER INSERT OR UPDATE ON app.tasks FOR EACH ROW EXECUTE FUNCTION app.publish_task();
CREATE TRIGGER remind AFTER UPDATE ON app.tasks FOR EACH ROW
    WHEN (((old.due_date IS DISTINCT FROM new.due_date) OR (old.status <> new.status) OR ((old.deleted_at IS NULL) <> (new.deleted_at IS NULL))))
    EXECUTE FUNCTION app.update_reminders();
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON app.tasks FOR EACH ROW EXECUTE FUNCTION app.stamp();

-- Personal access tokens, for scripts and assistants.
create table app.tokens (
    id         uuid not null,
    user_id    uuid not null,
    token_hash text not null,
    name       text not null,
    scopes     text[] not null,
    created_at timestamp with time zone not null default now(),
    expires_at timestamp with time zone,
    constraint tokens_pkey PRIMARY KEY (id),
    constraint tokens_token_hash_key UNIQUE (token_hash),
    constraint tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE
);
CREATE INDEX tokens_of_a_user ON app.tokens USING btree (user_id);

-- Things that were deleted for good, so that sync can tell devices. Kept for 90 days.
create table app.tombstones (
    user_id    uuid not null,
    seq        bigint not null,
    kind       text not null,
    id         uuid not null,
    created_at timestamp with time zone not null default now(),
    constraint tombstones_pkey PRIMARY KEY (user_id, seq),
    constraint tombstones_user_id_fkey FOREIGN KEY (user_id) REFERENCES app.users(id) ON DELETE CASCADE
);
CREATE INDEX tombstones_by_age ON app.tombstones USING btree (created_at);

-- Cached totals of lists that take long to count.
create unlogged table app.totals (
    user_id    uuid not null,
    filter     text not null,
    -- The user's `seq` when it was counted: a newer one makes the total invalid.
    seq        bigint not null,
    total      bigint not null,
    counted_at timestamp with time zone not null default now(),
    constraint totals_pkey PRIMARY KEY (user_id, filter)
) with (fillfactor=50);

-- Users: with e-mail and password, by an issuer of JWTs (without a password, perhaps without e-mail), and
-- guests.
create table app.users (
    id              uuid not null,
    email           text,
    name            text,
    password_hash   text,
    guest           boolean not null default false,
    admin           boolean not null default false,
    timezone        text not null default 'UTC'::text,
    email_reminders boolean not null default false,
    created_at      timestamp with time zone not null default now(),
    -- Number of the newest change of anything of this user. Triggers increment it, under the row lock of the
    -- frame.
    seq             bigint not null default 0,
    -- Tombstones up to here are deleted: a client that has seen less must sync from the start.
    forgotten_seq   bigint not null default 0,
    -- Secret of the link that stops e-mails, and permits nothing else.
    unsubscribe     uuid not null default gen_random_uuid(),
    constraint users_pkey PRIMARY KEY (id),
    constraint users_guest_has_no_account CHECK (((NOT guest) OR ((email IS NULL) AND (password_hash IS NULL)))),
    constraint users_password_needs_email CHECK (((password_hash IS NULL) OR (email IS NOT NULL)))
) with (fillfactor=50);
CREATE UNIQUE INDEX users_by_unsubscribe ON app.users USING btree (unsubscribe);
CREATE UNIQUE INDEX users_email_is_unique ON app.users USING btree (lower(email));
CREATE TRIGGER follow_zone AFTER UPDATE OF timezone ON app.users FOR EACH ROW
    WHEN ((old.timezone IS DISTINCT FROM new.timezone))
    EXECUTE FUNCTION app.follow_zone();

-- Settings as operators write them, by `taskflow settings set`.
create table dapr.configuration (
    key      text not null,
    value    text not null,
    version  text not null default '1'::text,
    metadata json,
    constraint configuration_pkey PRIMARY KEY (key)
);
grant select on dapr.configuration to taskflow_dapr;

create table public.taskflow_functions (
    name     text not null,
    checksum text not null,
    constraint taskflow_functions_pkey PRIMARY KEY (name)
);

create table public.taskflow_migrations (
    number     integer not null,
    name       text not null,
    checksum   text not null,
    applied_at timestamp with time zone not null default now(),
    constraint taskflow_migrations_pkey PRIMARY KEY (number)
);

-- The thing with this id if another user has it, as `{"task_id": …}`; null otherwise.
create function app.another_has(thing uuid, caller uuid) returns jsonb language plpgsql stable;

-- The instant that lies an offset such as `2d` before a due date. Days and weeks are calendar days in the
-- user's zone, so clocks show the same time.
create function app.before(due timestamp with time zone, before text, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Adds a tombstone for a deleted notification. There is none if the user is deleted too.
create function app.bury_notification() returns trigger language plpgsql volatile;

-- Adds a tombstone for a deleted reminder, and its cancellation if it was pending. There are none if the
-- user is deleted too.
create function app.bury_reminder() returns trigger language plpgsql volatile;

-- Adds a tombstone and the event of a purged task. There are none if the user is deleted too.
create function app.bury_task() returns trigger language plpgsql volatile;

-- The differences between two states of a thing: `{"title": {"from": …, "to": …}}`.
create function app.changes(before json, after json) returns json language plpgsql immutable;

-- The CloudEvent of an outbox row, as the text of JSON. Concatenated, because building it as one object and
-- removing its nulls took twice as long.
create function app.cloud_event(o app.outbox) returns text language plpgsql stable;

-- A value that the frame has set for this transaction, as `actor` or `correlation_id`; null if it is not
-- set.
create function app.context(name text) returns text language sql stable;

-- Adds one to a counter of a consumer.
create function app.count(what text, consumer text, ms double precision DEFAULT 0)
returns void language sql volatile;

-- Takes one request from each of these token buckets. `names` are those of the limits; `whose` has the
-- client of each, null for none. Returns the state of the limit that rejects the request, else of the one
-- closest to its end.
create function app.draw(names text[], whose text[], person uuid, exact boolean DEFAULT false)
returns text language plpgsql volatile;

-- The instant of a due date: `{"at": instant}`, or `{"on": day}`, which ends at 23:59 in the user's zone.
create function app.due_at(due jsonb, person uuid) returns timestamp with time zone language plpgsql stable;

-- Writes an event into the outbox, and takes the publish lease of its shard if it is free.
create function app.emit(topic text, type text, person uuid, place bigint, subject uuid, before json, after json, details jsonb)
returns void language plpgsql volatile;

-- The first instant of a bound: an instant itself, or the beginning of a day in the user's zone.
create function app.first_of(bound jsonb, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Moves the due dates of a user who changes the time zone: whole days stay on their day, and a series
-- without a zone of its own keeps its wall-clock time from its open occurrence on.
create function app.follow_zone() returns trigger language plpgsql volatile;

-- The rank of a priority, for sorting.
create function app.importance(priority text) returns integer language sql immutable;

-- The first instant at which clocks of a zone show a wall-clock time. Where clocks are set back there are
-- two, and `at time zone` returns the second.
create function app.instant(wall timestamp without time zone, zone text)
returns timestamp with time zone language plpgsql immutable;

-- True if the occurrences of a series are due on days, without a time.
create function app.is_all_day(series app.series) returns boolean language sql immutable;

-- The last instant of a bound: an instant itself, or the end of a day in the user's zone.
create function app.last_of(bound jsonb, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Creates the partition of the audit trail for the month of an instant, unless it exists.
create function app.make_audit_month(moment timestamp with time zone) returns void language plpgsql volatile;

-- Adds an occurrence of a series, with the reminders of the series unless it was missed.
create function app.make_occurrence(series app.series, occurrence integer, id uuid, place timestamp without time zone, missed boolean)
returns void language plpgsql volatile;

-- The members of a JSON object, without its braces.
create function app.members(object text) returns text language sql immutable;

-- Finds the tasks or series of a user that words refer to: up to six of `{id, title, open, due_date,
-- all_day}` as `best`, the likeliest first; `exact` is true if the first has these words as its title,
-- `alike` if all are mere suggestions.
create function app.named(things text, words text, open_first boolean, caller uuid)
returns json language plpgsql stable;

-- The instant of a requested due date. A due date in the past is rejected unless the request allows it, the
-- date is unchanged, or it is today as a whole day.
create function app.new_due_at(due jsonb, person uuid, allow_past boolean, current_due timestamp with time zone)
returns timestamp with time zone language plpgsql stable;

-- The next `seq` of a user: one of the reserved numbers while there are any. Null if the user is being
-- deleted.
create function app.next_seq(person uuid) returns bigint language plpgsql volatile;

-- Writes `task.conflict`: a write was rejected because the task had changed, and both devices should be able
-- to say so.
create function app.note_conflict(person uuid, task uuid, now_is json, expected jsonb)
returns void language plpgsql volatile;

-- The open occurrence of a series: the newest task, if it is to be done and the series has not ended.
create function app.open_occurrence(series app.series) returns uuid language plpgsql stable;

-- The user of an issuer's subject; created at the first request, with the e-mail address unless another user
-- has it.
create function app.person_of(issuer text, subject text, principal jsonb)
returns uuid language plpgsql volatile;

-- The place in a schedule that `domain` writes as a day or a wall-clock time. A day is placed at its end.
create function app.place(wall text) returns timestamp without time zone language plpgsql immutable;

-- The due date of a place in the schedule of a series. A day ends at 23:59 in the user's zone, as for every
-- task.
create function app.planned(series app.series, place timestamp without time zone)
returns timestamp with time zone language plpgsql stable;

-- A query that matches a user's words by their beginning.
create function app.prefix_query(word text, person uuid) returns tsquery language sql immutable;

-- The progress of a series as `actions` parses it: its rule, its place, and the state of its newest
-- occurrence.
create function app.progress(s app.series) returns jsonb language plpgsql stable;

-- Writes the event of a changed reminder. A reminder that moves with its task makes none: the event of the
-- task says so.
create function app.publish_reminder() returns trigger language plpgsql volatile;

-- Writes the event of a changed series. `recurring.generated` is written by the statement that adds the
-- occurrence, so moving on to the next place makes no event here.
create function app.publish_series() returns trigger language plpgsql volatile;

-- Writes the event of a changed task. Its type follows from the change.
create function app.publish_task() returns trigger language plpgsql volatile;

-- The state of a rate limit, as the frame returns it to the client.
create function app.quota(refused boolean, policy text, reset double precision, each double precision, room double precision, remaining double precision)
returns text language sql stable;

-- Rejects a request: the frame rolls the body back and returns the reason as a refusal.
create function app.refuse(reason text) returns void language plpgsql volatile;

-- Rejects changes of the audit trail, even by statements, which have the owner's rights.
create function app.reject_audit_change() returns trigger language plpgsql volatile;

-- The moment of a relative reminder: now, if it has passed but the due date has not.
create function app.remind_at(due timestamp with time zone, before text, person uuid)
returns timestamp with time zone language plpgsql stable;

-- Reserves numbers for about as many changes of one user, as updating a user's row ten thousand times in a
-- transaction takes seconds. Until `taskflow.reserved` is emptied, the transaction must not change things of
-- other users.
create function app.reserve(person uuid, places bigint) returns void language plpgsql volatile;

-- Deletes all buckets of a limit that was changed, so that it applies to every client from the start.
create function app.reset_buckets() returns trigger language plpgsql volatile;

-- The words of a text, both unchanged and stemmed as English, so that a search finds names and inflections.
create function app.search_vector(title text, description text) returns tsvector language plpgsql immutable;

-- Puts a dead letter back into the outbox. It keeps its id, so that consumers that have processed it skip
-- it.
create function app.send_again(topic text, event jsonb) returns void language plpgsql volatile;

-- Pauses or resumes publishing: during a pause every shard has a lease that never expires.
create function app.set_publishing(wanted boolean) returns void language sql volatile;

-- The shard of a user's events, 0 to 7. Events without a user are in shard 0.
create function app.shard(person uuid) returns smallint language sql immutable;

-- A task, series, reminder or notification as clients see it. The composite types fix the fields and their
-- order.
create function app.shown(n app.notifications) returns json language plpgsql stable;

-- A task, series, reminder or notification as clients see it. The composite types fix the fields and their
-- order.
create function app.shown(r app.reminders) returns json language plpgsql stable;

-- A task, series, reminder or notification as clients see it. The composite types fix the fields and their
-- order.
create function app.shown(s app.series) returns json language plpgsql stable;

-- A task, series, reminder or notification as clients see it. The composite types fix the fields and their
-- order.
create function app.shown(t app.tasks) returns json language sql stable;

-- A user as that user sees it: fields without a value are left out.
create function app.shown_user(u app.users) returns json language sql stable;

-- A query that matches a user's tasks with words that begin like each of these, unchanged or stemmed. Null
-- if there are no words.
create function app.sought(words text, person uuid) returns tsquery language plpgsql immutable;

-- Sets `seq`, `version`, `updated_at` and the search words of a changed task. An update that changes nothing
-- keeps the old row, so that it makes no new version and no event.
create function app.stamp() returns trigger language plpgsql volatile;

-- Sets `seq` of a changed notification. An update that changes nothing keeps the old row.
create function app.stamp_notification() returns trigger language plpgsql volatile;

-- Sets `seq` of a changed reminder, and the moment of a new one, which is cancelled at once if it cannot
-- come any more.
create function app.stamp_reminder() returns trigger language plpgsql volatile;

-- Sets `seq`, `version` and `updated_at` of a changed series. An update that changes nothing keeps the old
-- row.
create function app.stamp_series() returns trigger language plpgsql volatile;

-- Writes a security event. It is kept even if the request is rejected afterwards.
create function app.tell(type text, person uuid, details jsonb) returns void language plpgsql volatile;

-- The title of a notification about these tasks: that of the first one, and how many more there are.
create function app.told_title(tasks uuid[]) returns text language plpgsql stable;

-- Updates the reminders of a changed task: relative ones move with its due date, and those of a task that is
-- done or deleted are cancelled until it is open again.
create function app.update_reminders() returns trigger language plpgsql volatile;

-- The prefix of every search word of a user. A prefix search reads all index entries that begin alike, and
-- with this prefix those are entries of one user.
create function app.user_prefix(person uuid) returns text language sql immutable;

-- Takes the publish lease of a shard if it is free, and adds it to `taskflow.duties`, which the frame
-- returns.
create function app.wake(shard smallint) returns void language plpgsql volatile;

-- A place in the schedule of a series as `domain` writes it: a day, or a wall-clock time.
create function app.wall(series app.series, place timestamp without time zone)
returns text language plpgsql immutable;

-- A start or end of a series as clients see it: a day as it is, a wall-clock time as an instant.
create function app.wall_json(wall text, zone text) returns json language plpgsql immutable;

-- The search words of a task, each with the prefix of its user.
create function app.words(title text, description text, person uuid)
returns tsvector language plpgsql immutable;

-- The time zone of a user.
create function app.zone(person uuid) returns text language plpgsql stable;

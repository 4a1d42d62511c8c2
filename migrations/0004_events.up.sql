-- Every change goes out as an event, and into the audit trail.

-- ── the outbox ──────────────────────────────────────────────────────────────────────────────

-- Users share a few shards: each is published by one at a time, in order.
create function app.shard(person uuid) returns smallint language sql immutable
return (get_byte(uuid_send(coalesce(person, '00000000-0000-0000-0000-000000000000')), 15) & 7)::smallint;

drop index app.outbox_in_order;
alter table app.outbox
    drop constraint outbox_pkey,
    -- Of one user, rows are in the order of their positions; of several, one may show up late.
    add column position   bigint generated always as identity,
    add column shard      smallint not null default 0,
    -- Who acts for the user, or which part of TaskFlow it was.
    add column actor_name text,
    -- Something that is an event already: a dead letter, or one that is sent again.
    add column event      json,
    add column attempts   int not null default 0,
    add column failed_at  timestamptz,
    add column problem    text;
update app.outbox set shard = app.shard(user_id);
alter table app.outbox
    add primary key (shard, position),
    set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- What could not be published though others could, again and again. Nothing here is lost: it can be put back.
create table app.parked (like app.outbox, parked_at timestamptz not null default now(), primary key (shard, position));

-- Who publishes a shard, and until when that holds. While a shard rests after a failure nobody does.
create table app.publishers (
    shard        smallint primary key,
    holder       text,
    until        timestamptz not null default '-infinity',
    failures     int not null default 0,
    succeeded_at timestamptz not null default '-infinity',
    published    bigint not null default 0,
    failed       bigint not null default 0,
    problem      text
) with (fillfactor = 50);
insert into app.publishers (shard) select generate_series(0, 7);

-- Users whose next event cannot be published, although others' can: theirs wait, in order, and nobody else's.
create table app.held (
    user_id uuid primary key,
    shard   smallint not null,
    until   timestamptz not null
);

-- Makes this transaction the publisher of a shard if there is none. Whoever publishes gives it up under the exclusive lock,
-- and looks once more: so what is written by those who saw a publisher is seen by that one.
create function app.wake(shard smallint) returns void language plpgsql as $$
declare
    looked text := coalesce(current_setting('taskflow.looked', true), '');
begin
    if position('.' || shard || '.' in looked) > 0 then
        return;
    end if;
    perform set_config('taskflow.looked', looked || '.' || shard || '.', true);
    perform pg_advisory_xact_lock_shared(7001, shard);
    update app.publishers as one
       set holder = pg_current_xact_id()::text, until = clock_timestamp() + interval '5 seconds'
     where one.shard = (select free.shard from app.publishers as free
                         where free.shard = wake.shard and free.until < clock_timestamp() for update skip locked);
    if found then
        perform set_config('taskflow.duties', concat_ws(',', nullif(current_setting('taskflow.duties', true), ''),
            json_build_object('shard', shard, 'holder', pg_current_xact_id()::text)), true);
    end if;
end $$;

-- Writes an event into the outbox, and sees to it that somebody publishes it.
create function app.emit(topic text, type text, person uuid, place bigint, subject uuid, before json, after json, details jsonb)
returns void language plpgsql as $$
begin
    -- Of what one transaction changes, each has a moment of its own.
    insert into app.outbox (topic, type, user_id, seq, subject_id, actor, actor_name, correlation_id, traceparent, occurred_at,
                            before, after, details, shard)
    values (topic, type, person, place, subject, coalesce(app.noted('actor'), 'system'), app.noted('actor_name'),
            app.noted('correlation_id'), app.noted('traceparent'), clock_timestamp(), before, after, details, app.shard(person));
    perform app.wake(app.shard(person));
end $$;

create or replace function app.publish_task() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new is not distinct from old then
        return null;
    end if;
    perform app.emit(
        'task-events',
        case
            when tg_op = 'INSERT' then 'task.created'
            when new.deleted_at is not null and old.deleted_at is null then 'task.deleted'
            when new.deleted_at is null and old.deleted_at is not null then 'task.restored'
            when new.status <> old.status and new.status = 'completed' then 'task.completed'
            when new.status <> old.status then 'task.reopened'
            else 'task.updated'
        end,
        new.user_id, new.seq, new.id, case when tg_op = 'UPDATE' then app.shown(old) end, app.shown(new), null);
    return null;
end $$;

drop function app.tell(text, uuid, jsonb);
create function app.tell(type text, person uuid, details jsonb) returns void language plpgsql as $$
begin
    perform app.emit('audit-events', type, person, 0, null, null, null, details);
end $$;

drop function app.note_conflict(uuid, uuid, json, jsonb);
create function app.note_conflict(person uuid, task uuid, now_is json, expected jsonb) returns void language plpgsql as $$
begin
    perform app.emit('task-events', 'task.conflict', person, app.next_seq(person), task, null, now_is,
                     jsonb_build_object('expected', expected));
end $$;

create or replace function app.bury_task() returns trigger language plpgsql as $$
declare
    place bigint := app.next_seq(old.user_id);
begin
    if place is null then
        return null;
    end if;
    insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, place, 'task', old.id);
    perform app.emit('task-events', 'task.purged', old.user_id, place, old.id, app.shown(old), null, null);
    return null;
end $$;

-- What a change has changed: `{"title": {"from": …, "to": …}}`.
create function app.changes(before json, after json) returns json language plpgsql immutable as $$
begin
    if before is null or after is null then
        return '{}';
    end if;
    return (select coalesce(json_object_agg(new.key, json_build_object('from', old.value, 'to', new.value)), '{}')
              from json_each(after) as new join json_each(before) as old on old.key = new.key
             where old.value::text <> new.value::text and new.key not in ('version', 'seq', 'updated_at'));
end $$;

-- The CloudEvent of a row of the outbox, as JSON text.
create function app.cloud_event(o app.outbox) returns text language plpgsql stable as $$
begin
    return left(json_strip_nulls(json_build_object(
        'specversion', '1.0', 'id', o.event_id, 'source', 'taskflow', 'type', o.type, 'subject', o.subject_id,
        'time', o.occurred_at, 'datacontenttype', 'application/json', 'dataschema', 'urn:taskflow:event:' || o.type || ':1',
        'correlationid', o.correlation_id, 'traceparent', o.traceparent))::text, -1)
        || ',"data":' || json_build_object(
        'schema_version', 1, 'event_id', o.event_id, 'correlation_id', o.correlation_id, 'user_id', o.user_id, 'seq', o.seq,
        'actor', o.actor, 'actor_name', o.actor_name, 'occurred_at', o.occurred_at, 'task_id', o.subject_id,
        'before', o.before, 'after', o.after, 'changes', app.changes(o.before, o.after), 'details', o.details)::text || '}';
end $$;

-- ── what consumers have done ────────────────────────────────────────────────────────────────

-- One row an event that a consumer has taken, written in the transaction of what it did. It is found again when the same
-- event comes again.
create table app.deliveries (
    consumer   text not null,
    event_id   uuid not null,
    type       text not null,
    outcome    text not null,
    -- How long it took from the change to here, and what was done here.
    delay_ms   float8 not null,
    took_ms    float8 not null,
    at         timestamptz not null default now(),
    primary key (consumer, event_id)
);
create index deliveries_by_age on app.deliveries (at);

-- The last place of a user that a consumer has seen.
create table app.seen (
    consumer text not null,
    user_id  uuid not null,
    seq      bigint not null,
    primary key (consumer, user_id)
) with (fillfactor = 70);

-- How often something happened. Several rows each, so that many can count at once.
create table app.counted (
    what     text not null,
    consumer text not null,
    slot     smallint not null,
    times    bigint not null,
    sum_ms   float8 not null default 0,
    primary key (what, consumer, slot)
) with (fillfactor = 50);

create function app.count(what text, consumer text, ms float8 default 0) returns void language sql
begin atomic
    insert into app.counted as known (what, consumer, slot, times, sum_ms)
    values (count.what, count.consumer, pg_backend_pid() % 16, 1, count.ms)
    on conflict (what, consumer, slot) do update set times = known.times + 1, sum_ms = known.sum_ms + excluded.sum_ms;
end;

-- What no consumer could read, or what failed as often as Dapr tries.
create table app.dead_letters (
    consumer    text not null,
    event_id    text not null,
    topic       text not null,
    reason      text,
    event       json not null,
    times       int not null default 1,
    died_at     timestamptz not null default now(),
    replayed_at timestamptz,
    primary key (consumer, event_id)
);

-- ── the audit trail ─────────────────────────────────────────────────────────────────────────

create table app.audit (
    event_id    uuid not null,
    occurred_at timestamptz not null,
    event_type  text not null,
    -- Without references: the trail stays when what it is about has gone.
    user_id     uuid,
    task_id     uuid,
    seq         bigint not null,
    data        json not null,
    primary key (event_id, occurred_at)
) partition by range (occurred_at);
create index audit_of_a_user on app.audit (user_id, occurred_at, event_id);
create index audit_of_a_task on app.audit (task_id, occurred_at, event_id);
create index audit_in_order on app.audit (occurred_at, event_id);

-- Nothing of the trail is changed: neither by a role, which none may, nor by a body with its owner's rights.
create function app.keep_the_trail() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is only added to' using errcode = '42501';
end $$;
create trigger keep before update or delete on app.audit for each row execute function app.keep_the_trail();
create trigger keep_all before truncate on app.audit for each statement execute function app.keep_the_trail();

-- Makes the partition of the month in which that moment lies, if it is not there.
create function app.make_audit_month(moment timestamptz) returns void language plpgsql as $$
declare
    first timestamp := date_trunc('month', moment at time zone 'UTC');
    name  text := 'audit_' || to_char(first, 'YYYY_MM');
begin
    if to_regclass('app.' || name) is null then
        perform pg_advisory_xact_lock(hashtextextended('taskflow audit months', 0));
        execute format('create table if not exists app.%I partition of app.audit for values from (%L) to (%L)', name,
                       first at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
        execute format('create trigger keep_all before truncate on app.%I for each statement
                        execute function app.keep_the_trail()', name);
    end if;
end $$;
select app.make_audit_month(now() + months * interval '1 month') from generate_series(0, 3) as months;

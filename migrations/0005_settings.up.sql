-- What can be set while TaskFlow runs; and consumers take many events in one call.

-- ── what the release before the last one needed ─────────────────────────────────────────────

create or replace function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    if tg_op = 'INSERT' or new.title is distinct from old.title or new.description is distinct from old.description then
        new.words := app.words(new.title, new.description, new.user_id);
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

alter table app.tasks drop column search;
drop function app.sought(text);
drop function app.take(text[], text[], uuid);
alter table app.buckets drop column refused;

-- ── consumers ───────────────────────────────────────────────────────────────────────────────

-- An event that a consumer takes.
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
    -- What its body gets.
    input          jsonb
);

-- The last place of a user that a consumer has seen in a topic. The release before goes on with `seen`.
create table app.places (
    consumer text not null,
    topic    text not null,
    user_id  uuid not null,
    seq      bigint not null,
    primary key (consumer, topic, user_id)
) with (fillfactor = 70);

-- One index less to write: the trail is read in this order.
alter table app.audit drop constraint audit_pkey;
drop index app.audit_in_order;
alter table app.audit add primary key (occurred_at, event_id);
-- What happens now always has its month, and what is a little late too.
select app.make_audit_month(now() - interval '1 month');

-- ── events ──────────────────────────────────────────────────────────────────────────────────

-- The same as before, faster: nothing is taken out again.
create or replace function app.cloud_event(o app.outbox) returns text language plpgsql stable as $$
begin
    return left(json_build_object(
        'specversion', '1.0', 'id', o.event_id, 'source', 'taskflow', 'type', o.type, 'time', o.occurred_at,
        'datacontenttype', 'application/json', 'dataschema', 'urn:taskflow:event:' || o.type || ':1')::text, -1)
        || coalesce(',"subject":' || to_json(o.subject_id), '')
        || coalesce(',"correlationid":' || to_json(o.correlation_id), '')
        || coalesce(',"traceparent":' || to_json(o.traceparent), '')
        || ',"data":' || json_build_object(
        'schema_version', 1, 'event_id', o.event_id, 'correlation_id', o.correlation_id, 'user_id', o.user_id, 'seq', o.seq,
        'actor', o.actor, 'actor_name', o.actor_name, 'occurred_at', o.occurred_at, 'task_id', o.subject_id,
        'before', o.before, 'after', o.after, 'changes', app.changes(o.before, o.after), 'details', o.details)::text || '}';
end $$;

-- Puts a dead letter into the outbox: it goes out as it came, under its own id, so who has taken it already does nothing.
create function app.send_again(topic text, event jsonb) returns void language plpgsql as $$
declare
    -- What is no id may be what it died of.
    person uuid := case when event #>> '{data,user_id}' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                        then (event #>> '{data,user_id}')::uuid end;
begin
    insert into app.outbox (topic, type, user_id, seq, actor, shard, event)
    values (topic, event ->> 'type', person, 0, 'system', app.shard(person), event - '{topic,pubsubname,deadletterreason}'::text[]);
end $$;

-- ── settings ────────────────────────────────────────────────────────────────────────────────

-- What can be set while TaskFlow runs, but for the limits, which have a table of their own.
create table app.settings (
    only_row      boolean primary key default true check (only_row),
    -- How many events are published at once.
    publish_batch int not null default 500 check (publish_batch between 1 and 1000)
);
insert into app.settings default values;

-- Has the outbox published, or has it wait: the publishers of a pause are busy for ever.
create function app.set_publishing(wanted boolean) returns void language sql
begin atomic
    update app.publishers set holder = null, until = case when wanted then '-infinity' else 'infinity' end::timestamptz
     where (until = 'infinity') = wanted;
end;

-- What the configuration said last, and why it was refused where it was.
create table app.configured (
    key     text primary key,
    value   text,
    problem text,
    at      timestamptz not null default now()
);

-- What belongs to Dapr, which signs in as a role of its own: the settings as operators write them, and what its state store
-- makes for itself.
do $$
begin
    create role taskflow_dapr nologin;
exception when duplicate_object or unique_violation then
    null;
end $$;
create schema dapr;
create table dapr.configuration (
    key      text primary key,
    value    text not null,
    version  text not null default '1',
    metadata json
);
grant usage, create on schema dapr to taskflow_dapr;
grant select on dapr.configuration to taskflow_dapr;

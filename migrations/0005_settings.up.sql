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

-- The last place of a user that a consumer has seen in a topic. The release before goes on with `seen`.
create table app.places (
    consumer text not null,
    topic    text not null,
    user_id  uuid not null,
    seq      bigint not null,
    primary key (consumer, topic, user_id)
) with (fillfactor = 70);

create function app.count(what text, consumer text, times bigint, ms float8) returns void language sql
begin atomic
    insert into app.counted as known (what, consumer, slot, times, sum_ms)
    values (count.what, count.consumer, pg_backend_pid() % 16, count.times, count.ms)
    on conflict (what, consumer, slot) do update set times = known.times + excluded.times, sum_ms = known.sum_ms + excluded.sum_ms;
end;

-- What was taken is noted again when it is done: there is room for that on its page.
alter table app.deliveries set (fillfactor = 50);

-- One index less to write: the trail is read in this order.
alter table app.audit drop constraint audit_pkey;
drop index app.audit_in_order;
alter table app.audit add primary key (occurred_at, event_id);
-- What happens now always has its month, and what is a little late too.
select app.make_audit_month(now() - interval '1 month');

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

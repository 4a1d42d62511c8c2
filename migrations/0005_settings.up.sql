-- Settings: values that operators change while TaskFlow runs.

create table app.settings (
    only_row       boolean primary key default true check (only_row),
    publish_batch  int not null default 500 check (publish_batch between 1 and 1000),
    reminder_batch int not null default 500 check (reminder_batch between 1 and 1000)
);
insert into app.settings default values;
comment on table app.settings is 'Settings in effect, in one row. Rate limits are in `app.limits`.';
comment on column app.settings.publish_batch is 'Most events to publish at once.';
comment on column app.settings.reminder_batch is 'Most reminders to claim at once.';

create table app.configured_settings (
    key   text primary key,
    value text,
    error text,
    at    timestamptz not null default now()
);
comment on table app.configured_settings is 'Settings as last read from Dapr''s configuration store.';
comment on column app.configured_settings.error is
    'Reason why the value was rejected; null if it is in effect.';

-- The tables of Dapr, which has a role of its own: the configuration store, and those that its state store
-- creates for itself.
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
comment on schema dapr is 'Tables of Dapr: its configuration store and its state store.';
comment on table dapr.configuration is 'Settings as operators write them, by `taskflow settings set`.';

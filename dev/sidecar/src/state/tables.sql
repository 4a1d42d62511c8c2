-- The tables of Dapr's `state.postgresql` v2 and its migration record, so that Dapr can take over from this
-- sidecar.
select pg_advisory_xact_lock(hashtext('dapr state'));
create table if not exists dapr_metadata (
    key text not null primary key,
    value text not null
);
create table if not exists state (
    key text not null primary key,
    value bytea not null,
    etag uuid not null default gen_random_uuid(),
    created_at timestamp with time zone not null default now(),
    updated_at timestamp with time zone,
    expires_at timestamp with time zone
);
create index if not exists state_expires_at_idx on state (expires_at);
insert into dapr_metadata (key, value) values ('migrations-state-v2-', '1') on conflict (key) do nothing;
delete from state where expires_at < now();

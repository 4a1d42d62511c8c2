-- Live streams: the register of open ones, what their proxies were told, and the conflicts to tell of.

-- Unlogged: after a crash of Postgres every stream ends, and clients connect again.
create unlogged table app.streams (
    id         uuid primary key,
    user_id    uuid not null,
    credential text not null,
    client     text,
    address    text,
    proxied    boolean not null,
    since      timestamptz not null default now(),
    live_until timestamptz not null,
    ends_at    timestamptz not null,
    asked_at   timestamptz not null default '-infinity'
) with (fillfactor = 50);
create index streams_of_a_user on app.streams (user_id);
create index streams_of_a_credential on app.streams (credential);
create index streams_of_an_address on app.streams (address);
comment on table app.streams is
    'Open streams of `/api/events`. Without foreign keys: a stream outlives its user until it is closed.';
comment on column app.streams.credential is
    'Hash of the session or personal access token, or issuer and subject, with which it was opened.';
comment on column app.streams.client is '`User-Agent` of the client.';
comment on column app.streams.proxied is
    'True if a proxy holds it, false if an instance of the function does.';
comment on column app.streams.live_until is
    'Time until which it counts as live. Whoever holds it moves this on; nobody does for a dead one.';
comment on column app.streams.asked_at is
    'Time at which a proxy was told last that the stream has to ask, which moves `live_until` on.';
comment on column app.streams.ends_at is 'End of the credential, or the past once that was revoked.';

create unlogged table app.stream_positions (
    user_id      uuid primary key,
    seq          bigint not null,
    published_at timestamptz not null default now(),
    uncertain    boolean not null default false
) with (fillfactor = 50);
create index stream_positions_by_age on app.stream_positions (published_at);
comment on table app.stream_positions is
    'Newest `seq` that was published to proxies, for each user with a stream that a proxy holds. A message '
    'names the one before it by this, so that a proxy notices a gap.';
comment on column app.stream_positions.uncertain is
    'True if a proxy may not have got a message: its streams have to ask.';

create unlogged table app.stream_counters (
    outcome text not null,
    slot    smallint not null,
    times   bigint not null,
    primary key (outcome, slot)
) with (fillfactor = 50);
comment on table app.stream_counters is
    'Streams that were opened, that were closed, and that were found dead, in slots of which connections use '
    'different ones; and as `proxied` how many were open in proxies a second ago.';

create unlogged table app.conflicts (
    user_id    uuid not null,
    seq        bigint not null,
    type       text not null,
    subject_id uuid not null,
    at         timestamptz not null default now(),
    primary key (user_id, seq)
);
create index conflicts_by_age on app.conflicts (at);
comment on table app.conflicts is
    'Writes of the last hour that lost against a newer version, for live streams. The audit trail keeps '
    'them.';

alter table app.settings
    add column streams_per_user    int not null default 100  check (streams_per_user between 1 and 100000),
    add column streams_per_address int not null default 1000 check (streams_per_address between 1 and 100000),
    add column streams_unproxied   int not null default 750  check (streams_unproxied between 1 and 100000);
comment on column app.settings.streams_per_user is 'Most open streams of a user.';
comment on column app.settings.streams_per_address is 'Most open streams of a network address.';
comment on column app.settings.streams_unproxied is
    'Most open streams of all users that instances of the function hold: each takes one of a process.';

-- Schemas, roles, releases and the history; users, sessions, tokens and links; limits; replies to repeated
-- requests, and used ids.

create schema app;
comment on schema app is 'The data, and the functions that guard it. The roles of TaskFlow have no access.';
create schema statements;
comment on schema statements is 'The installed statements: all that the roles of TaskFlow may call.';

-- Roles belong to the whole server, so another database may have created them. They get a password when
-- `migrate up` sets them up, never here.
do $$
declare
    name text;
begin
    foreach name in array array['taskflow_user', 'taskflow_service'] loop
        begin
            execute format('create role %I nologin', name);
        exception when duplicate_object or unique_violation then
            null;
        end;
        execute format('grant usage on schema statements to %I', name);
    end loop;
end $$;

revoke all on schema public from public;

create table app.releases (
    release      text primary key,
    statements   text[] not null,
    installed_at timestamptz not null default now(),
    functions    text[] not null default '{}'
);
comment on table app.releases is
    'The two newest releases, with the statements and functions of each. A newer one drops what neither '
    'of them has.';

create table app.history (
    only_row boolean primary key default true check (only_row),
    id       uuid not null default gen_random_uuid()
);
insert into app.history default values;
comment on table app.history is
    'The history of this database, in one row. `app.epoch` makes its name for clients, from this row and '
    'from what identifies the database.';
comment on column app.history.id is
    'To be renewed after a restore that Postgres does not notice: `update app.history set id = default`.';

-- ── accounts ────────────────────────────────────────────────────────────────────────────────

create table app.users (
    id              uuid primary key,
    email           text,
    email_verified  boolean not null default false,
    new_email       text,
    name            text,
    password_hash   text,
    guest           boolean not null default false,
    admin           boolean not null default false,
    timezone        text not null default 'UTC',
    email_reminders boolean not null default false,
    created_at      timestamptz not null default now(),
    seen_at         timestamptz not null default now(),
    seq             bigint not null default 0,
    forgotten_seq   bigint not null default 0,
    unsubscribe     uuid not null default gen_random_uuid(),
    constraint users_guest_has_no_account check (not guest or (email is null and password_hash is null)),
    constraint users_password_needs_email check (password_hash is null or email is not null),
    constraint users_only_an_address_is_verified check (not email_verified or email is not null)
) with (fillfactor = 50);
create unique index users_email_is_unique on app.users (email);
create unique index users_by_unsubscribe on app.users (unsubscribe);
create index users_guests_by_last_use on app.users (seen_at) where guest;
comment on table app.users is
    'Users: with e-mail and password, by an issuer of JWTs (without a password, perhaps without e-mail), '
    'and guests.';
comment on column app.users.email is 'E-mail address, in its only spelling.';
comment on column app.users.email_verified is
    'True if the user has confirmed the address, by the link that was sent to it, or if an issuer has. Until '
    'then nothing but that link is sent to it.';
comment on column app.users.new_email is 'Address that replaces the current one when it is confirmed.';
comment on column app.users.seen_at is 'Time of the last request with a session or token, to a day or two.';
comment on column app.users.seq is
    'Number of the newest change of anything of this user. Triggers increment it, under the row lock of '
    'the frame.';
comment on column app.users.forgotten_seq is
    'Tombstones up to here are deleted: a client that has seen less must sync from the start.';
comment on column app.users.unsubscribe is 'Secret of the link that stops e-mails, and permits nothing else.';

create table app.sessions (
    token_hash text primary key,
    user_id    uuid not null references app.users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    id         uuid not null default gen_random_uuid(),
    user_agent text,
    address    text
);
create unique index sessions_by_id on app.sessions (id);
create index sessions_of_a_user on app.sessions (user_id);
create index sessions_by_expiry on app.sessions (expires_at);
comment on table app.sessions is 'Sign-ins.';
comment on column app.sessions.address is 'Network address at which it began, or was extended last.';

create table app.tokens (
    id         uuid primary key,
    user_id    uuid not null references app.users on delete cascade,
    token_hash text not null unique,
    name       text not null,
    scopes     text[] not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz
);
create index tokens_of_a_user on app.tokens (user_id);
comment on table app.tokens is 'Personal access tokens, for scripts and assistants.';

create table app.links (
    token_hash text primary key,
    user_id    uuid not null references app.users on delete cascade,
    purpose    text not null,
    email      text not null,
    expires_at timestamptz not null,
    constraint links_purpose_is_known check (purpose in ('confirm_email', 'reset_password'))
);
create index links_of_a_user on app.links (user_id);
create index links_by_age on app.links (expires_at);
comment on table app.links is
    'Links that were sent by e-mail. Each works once, until it expires. The token is in the e-mail only.';
comment on column app.links.email is 'Address that it was sent to.';

create table app.identities (
    issuer  text not null,
    subject text not null,
    user_id uuid not null references app.users on delete cascade,
    primary key (issuer, subject)
);
create index identities_of_a_user on app.identities (user_id);
comment on table app.identities is 'Users as issuers of JWTs know them.';

create table app.issuers (
    issuer       text primary key,
    keys         json not null default '{"keys": []}',
    requested_at timestamptz not null default '-infinity',
    fetched_at   timestamptz not null default '-infinity',
    max_age      interval not null default '1 day'
);
comment on table app.issuers is 'Public keys of the issuers of JWTs.';
comment on column app.issuers.requested_at is 'Time of the last request for the keys.';
comment on column app.issuers.fetched_at is 'Time of the last request for the keys that succeeded.';
comment on column app.issuers.max_age is 'Age at which the keys are fetched again, as the issuer states it.';

create table app.removals (
    user_id   uuid primary key,
    began_at  timestamptz not null default now(),
    erased_to timestamptz not null default '-infinity',
    next_at   timestamptz default now()
);
create index removals_by_time on app.removals (next_at) where next_at is not null;
comment on table app.removals is
    'Users who were deleted. What is theirs is deleted in steps, and the contents of their audit trail are '
    'erased, also of events that arrive later.';
comment on column app.removals.erased_to is
    'Time of the last event of the trail whose contents are erased, while they are.';
comment on column app.removals.next_at is 'Time of the next step. Null after the last one.';

-- ── limits ──────────────────────────────────────────────────────────────────────────────────

create table app.limits (
    name     text primary key,
    requests int not null,
    seconds  int not null,
    constraint limits_are_positive check (requests between 1 and 1000000000 and seconds between 1 and 86400)
);
insert into app.limits (name, requests, seconds) values
    ('user',            1000,  10),
    ('address',         10000, 10),
    ('sign-up',         600,   60),
    ('sign-in',         10,    300),
    ('sign-in-account', 1000,  3600),
    ('sign-in-address', 100,   300),
    ('password',        10,    300),
    ('link',            5,     3600);
comment on table app.limits is 'Rate limits: number of `requests` in `seconds`. A change applies at once.';

-- Unlogged: after a crash all buckets are full, and no request waits for the disk. The low fillfactor keeps
-- updated rows on their page.
create unlogged table app.buckets (
    key               text not null,
    slot              int not null,
    taken             float8 not null,
    since             float8 not null,
    seconds_per_token float8 not null,
    seconds_to_fill   float8 not null,
    primary key (key, slot)
) with (fillfactor = 15);
comment on table app.buckets is
    'Token buckets of the limits, in several slots each, so that requests do not wait for each other. A '
    'bucket is full at its newest `since`, plus `seconds_per_token` for each token taken. Times are seconds '
    'since 1970.';
comment on column app.buckets.key is 'Name of the limit, and the client.';
comment on column app.buckets.slot is 'Number of the slot, from 0.';
comment on column app.buckets.taken is 'Number of tokens that were ever taken from the slot.';
comment on column app.buckets.since is
    'Time since which the bucket would be full if no tokens had ever been taken. It moves on whenever the '
    'bucket is full.';
comment on column app.buckets.seconds_per_token is
    'Time in which one token is refilled. A request takes a token.';
comment on column app.buckets.seconds_to_fill is 'Time in which an empty bucket becomes full.';

-- Not unlogged: after a crash there would be no permits.
create table app.hash_permits (
    number  smallint primary key,
    holder  text,
    address text,
    until   timestamptz not null default '-infinity'
);
insert into app.hash_permits (number) select generate_series(1, 4);
comment on table app.hash_permits is
    'Permits to compute a password hash, which takes much time and memory: no more hashes than rows are '
    'computed at the same time.';
comment on column app.hash_permits.holder is 'Name of the request that claimed it last.';
comment on column app.hash_permits.address is 'Network address of that request.';
comment on column app.hash_permits.until is 'End of the claim, even if the request never releases it.';

-- ── metrics ─────────────────────────────────────────────────────────────────────────────────

create unlogged table app.requests (
    route            text not null,
    status           smallint not null,
    bucket           smallint not null,
    times            bigint not null,
    seconds          float8 not null,
    database_seconds float8 not null,
    primary key (route, status, bucket)
) with (fillfactor = 50);
comment on table app.requests is
    'Recorded requests, counted by route, status and duration. After a crash they count from zero, as the '
    'counters of a process would.';
comment on column app.requests.bucket is 'Number of the bounds of `app.duration_bounds` that are not longer.';
comment on column app.requests.database_seconds is 'Time in which they waited for Postgres.';

-- ── idempotency ─────────────────────────────────────────────────────────────────────────────

create type app.reply_row as (kind text, body text);
comment on type app.reply_row is 'A row of a reply: its kind, and a JSON text.';

create table app.answers (
    user_id     uuid not null,
    id          uuid not null,
    fingerprint text not null,
    item_id     uuid,
    rows        app.reply_row[] not null,
    created_at  timestamptz not null default now(),
    primary key (user_id, id)
);
create index answers_by_age on app.answers (created_at);
comment on table app.answers is
    'Replies to requests with an idempotency key, kept for 24 hours. Without a foreign key: checking it would '
    'be a fifth of the cost.';
comment on column app.answers.fingerprint is 'Hash of the request: another request must not reuse the key.';
comment on column app.answers.item_id is
    'Id of the task, series, reminder or notification that the request was about.';

create table app.used_ids (
    user_id     uuid not null references app.users on delete cascade,
    id          uuid not null,
    fingerprint uuid,
    answer      jsonb,
    primary key (user_id, id)
);
comment on table app.used_ids is
    'Ids that nothing new of the user may get: those by which clients repeat requests, and those of '
    'things that were deleted for good. Kept for good.';
comment on column app.used_ids.fingerprint is
    'Hash of the body of the request whose first id this is. Null for the id of a deleted thing.';
comment on column app.used_ids.answer is
    'Members of the answer to that request that are not in its body, which a repeat has again.';

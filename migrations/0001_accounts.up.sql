-- Schemas, roles and releases; users, sessions, tokens and links; limits; replies to repeated requests.

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
create unique index users_email_is_unique on app.users (lower(email));
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
    user_agent text
);
create index sessions_of_a_user on app.sessions (user_id);
comment on table app.sessions is 'Sign-ins.';

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
    fetched_at   timestamptz not null default '-infinity'
);
comment on table app.issuers is 'Public keys of the issuers of JWTs.';
comment on column app.issuers.requested_at is 'Time of the last request for the keys.';
comment on column app.issuers.fetched_at is 'Time of the last request for the keys that succeeded.';

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
    ('sign-in-address', 100,   300),
    ('link',            5,     3600);
comment on table app.limits is 'Rate limits: number of `requests` in `seconds`. A change applies at once.';

-- Unlogged: after a crash all buckets are full, and no request waits for the disk. The low fillfactor keeps
-- updated rows on their page.
create unlogged table app.buckets (
    key               text primary key,
    full_at           float8 not null,
    seconds_per_token float8 not null,
    seconds_to_fill   float8 not null,
    reported_at       float8 not null default 0
) with (fillfactor = 15);
comment on table app.buckets is 'Token buckets of the limits. Times are seconds since 1970.';
comment on column app.buckets.key is 'Name of the limit, and the client.';
comment on column app.buckets.full_at is 'Time at which the bucket will be full again.';
comment on column app.buckets.seconds_per_token is
    'Time in which one token is refilled. A request takes a token.';
comment on column app.buckets.seconds_to_fill is 'Time in which an empty bucket becomes full.';
comment on column app.buckets.reported_at is 'Time of the last `limit.hit` event.';

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
comment on table app.answers is
    'Replies to requests with an idempotency key, kept for 24 hours. Without a foreign key: checking it would '
    'be a fifth of the cost.';
comment on column app.answers.fingerprint is 'Hash of the request: another request must not reuse the key.';
comment on column app.answers.item_id is
    'Id of the task, series, reminder or notification that the request was about.';

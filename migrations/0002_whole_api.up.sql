-- What the whole API of tasks and accounts needs: search, trash and tombstones, tokens and issuers, limits, idempotency.

-- A GIN index over a user and what is theirs needs it for the user's half.
create extension if not exists btree_gin with schema public;

-- ── accounts ────────────────────────────────────────────────────────────────────────────────

-- Who comes by an issuer has no password, and perhaps no address.
alter table app.users
    drop constraint users_guest_has_no_email,
    drop constraint users_email_has_password,
    -- A client that has seen less than this must start again: tombstones from before are gone.
    add column forgotten_seq bigint not null default 0,
    add constraint users_guest_has_no_account check (not guest or (email is null and password_hash is null)),
    add constraint users_password_needs_email check (password_hash is null or email is not null);

alter table app.sessions
    add column id uuid not null default gen_random_uuid(),
    add column user_agent text;

-- Personal access tokens: for scripts and assistants.
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

-- Who somebody is at an issuer of JWTs.
create table app.identities (
    issuer  text not null,
    subject text not null,
    user_id uuid not null references app.users on delete cascade,
    primary key (issuer, subject)
);

-- The public keys of issuers, and when they were last asked for.
create table app.issuers (
    issuer   text primary key,
    keys     json not null default '{"keys": []}',
    asked_at timestamptz not null default '-infinity',
    kept_at  timestamptz not null default '-infinity'
);

-- ── limits ──────────────────────────────────────────────────────────────────────────────────

-- How many requests in how many seconds. A row may be changed at any time and counts at once.
create table app.limits (
    name    text primary key,
    quota   int not null,
    seconds int not null,
    constraint limits_are_positive check (quota between 1 and 1000000000 and seconds between 1 and 86400)
);
insert into app.limits (name, quota, seconds) values
    ('user',            1000,  10),
    ('address',         10000, 10),
    ('sign-up',         600,   60),
    ('sign-in',         10,    300),
    ('sign-in-address', 100,   300);

-- Token buckets. Unlogged: after a crash everybody has a full one, and taking from it never waits for the disk.
-- Times are seconds since 1970. Mostly air, so that what is updated all the time stays on its page.
create unlogged table app.buckets (
    key     text primary key,
    -- When it will be full again, if nobody takes from it.
    full_at float8 not null,
    -- How long one request takes to be refilled, and all of them.
    each    float8 not null,
    room    float8 not null,
    refused boolean not null default false,
    told_at float8 not null default 0
) with (fillfactor = 15);

-- What concerns safety has no user where nobody is known, and says what it is about in its details.
alter table app.outbox
    alter column user_id drop not null,
    alter column subject_id drop not null,
    add column details jsonb;

-- Something that concerns safety. It is told whether the request succeeds or not.
create function app.tell(type text, person uuid, details jsonb) returns void language sql
begin atomic
    insert into app.outbox (topic, type, user_id, seq, actor, correlation_id, traceparent, details)
    values ('audit-events', type, person, 0, coalesce(app.noted('actor'), 'user'), app.noted('correlation_id'),
            app.noted('traceparent'), details);
end;

-- Takes one request from each of these buckets: `names` are those of limits, `whose` tells who pays, null for nobody.
-- A bucket that another request holds counts as allowed, so that nobody waits for it. Returns what the client is told
-- of the tightest one.
create function app.take(names text[], whose text[], person uuid) returns json language plpgsql as $$
#variable_conflict use_column
declare
    clock   float8 := extract(epoch from clock_timestamp());
    wanted  text;
    -- What was taken from, and the tightest of it.
    full_at float8; each float8; room float8; refused boolean; told_at float8; used float8;
    tight   text; its_full_at float8; its_each float8; its_room float8; its_refused boolean; its_told_at float8; its_used float8;
begin
    for place in 1 .. cardinality(names) loop
        wanted := names[place] || ' ' || whose[place];
        continue when wanted is null or not pg_try_advisory_xact_lock(hashtextextended(wanted, 0));
        update app.buckets as held
           set refused = greatest(held.full_at, clock) + held.each > clock + held.room,
               full_at = case when greatest(held.full_at, clock) + held.each > clock + held.room then held.full_at
                              else greatest(held.full_at, clock) + held.each end
         where held.key = wanted
        returning held.full_at, held.each, held.room, held.refused, held.told_at, (held.full_at - clock) / held.room + held.refused::int
             into full_at, each, room, refused, told_at, used;
        if not found then
            insert into app.buckets as held (key, full_at, each, room)
            select wanted, clock + rule.seconds::float8 / rule.quota, rule.seconds::float8 / rule.quota, rule.seconds
              from app.limits as rule where rule.name = names[place]
            on conflict do nothing
            returning held.full_at, held.each, held.room, held.refused, held.told_at, (held.full_at - clock) / held.room
                 into full_at, each, room, refused, told_at, used;
            continue when not found;
        end if;
        if its_used is null or used > its_used then
            tight := wanted; its_full_at := full_at; its_each := each; its_room := room; its_refused := refused;
            its_told_at := told_at; its_used := used;
        end if;
    end loop;
    if tight is null then
        return null;
    end if;
    if its_refused and its_told_at < clock - 60 then
        update app.buckets set told_at = clock where buckets.key = tight;
        perform app.tell('limit.hit', person, jsonb_build_object('limit', split_part(tight, ' ', 1)));
    end if;
    return json_build_object(
        'policy', split_part(tight, ' ', 1),
        'quota', round(its_room / its_each), 'seconds', its_room,
        'remaining', greatest(0, floor((clock + its_room - its_full_at) / its_each + 0.001)),
        'reset', ceil(case when its_refused then its_full_at + its_each - its_room else its_full_at end - clock),
        'refused', its_refused);
end $$;

-- A limit that is changed begins anew for everybody.
create function app.begin_limit_anew() returns trigger language plpgsql as $$
begin
    delete from app.buckets where buckets.key like old.name || ' %';
    return null;
end $$;

create trigger begin_anew after update or delete on app.limits for each row execute function app.begin_limit_anew();

-- Who comes by an issuer for the first time becomes a user. Their address is theirs only if nobody else has it.
create function app.person_of(issuer text, subject text, principal jsonb) returns uuid language plpgsql as $$
#variable_conflict use_variable
declare
    person uuid := (select found.user_id from app.identities as found
                     where found.issuer = person_of.issuer and found.subject = person_of.subject);
begin
    if person is null then
        -- Two first requests at once make one user.
        perform pg_advisory_xact_lock(hashtextextended(issuer || ' ' || subject, 1));
        select found.user_id into person from app.identities as found
         where found.issuer = person_of.issuer and found.subject = person_of.subject;
        if person is null then
            insert into app.users (id, email, name)
            values ((principal ->> 'new_id')::uuid, principal ->> 'email', principal ->> 'name')
            on conflict do nothing returning id into person;
            if person is null then
                insert into app.users (id, name) values ((principal ->> 'new_id')::uuid, principal ->> 'name')
                returning id into person;
            end if;
            insert into app.identities (issuer, subject, user_id) values (issuer, subject, person);
        end if;
    end if;
    if principal ? 'admin' then
        update app.users set admin = (principal ->> 'admin')::boolean
         where users.id = person and users.admin <> (principal ->> 'admin')::boolean;
    end if;
    return person;
end $$;

-- ── idempotency ─────────────────────────────────────────────────────────────────────────────

-- The first answer to a request that may come again.
create table app.answers (
    -- Without a reference: looking after it would be a fifth of what an answer costs, and it goes after a day anyway.
    user_id     uuid not null,
    id          uuid not null,
    fingerprint text not null,
    rows        text[] not null,
    created_at  timestamptz not null default now(),
    primary key (user_id, id)
);
create index answers_by_age on app.answers using brin (created_at);

-- ── tasks ───────────────────────────────────────────────────────────────────────────────────

alter table app.tasks
    add column recurring_task_id uuid,
    add column missed boolean not null default false,
    add column search tsvector not null default '';

-- The words of a task, as they are and as English has them, so that names and inflections are both found.
create function app.searchable(title text, description text) returns tsvector language plpgsql immutable as $$
begin
    if description is null then
        return setweight(to_tsvector('pg_catalog.simple', title) || to_tsvector('pg_catalog.english', title), 'A');
    end if;
    return setweight(to_tsvector('pg_catalog.simple', title) || to_tsvector('pg_catalog.english', title), 'A')
        || setweight(to_tsvector('pg_catalog.simple', description) || to_tsvector('pg_catalog.english', description), 'B');
end $$;

-- What finds tasks that have a beginning of every word, as it is or as English has it. Null where there is no word.
create function app.sought(words text) returns tsquery language plpgsql immutable as $$
declare
    word    text;
    english tsquery;
    one     tsquery;
    every   tsquery;
begin
    for word in select lexeme from unnest(to_tsvector('pg_catalog.simple', words)) loop
        one := to_tsquery('pg_catalog.simple', quote_literal(word) || ':*');
        english := plainto_tsquery('pg_catalog.english', word);
        -- What begins with `run` includes what begins with `running`.
        if numnode(english) = 1 and starts_with(word, trim(english::text, '''')) then
            one := (english::text || ':*')::tsquery;
        elsif numnode(english) = 1 then
            one := one || (english::text || ':*')::tsquery;
        end if;
        every := case when every is null then one else every && one end;
    end loop;
    return every;
end $$;

-- `low` before `medium` before `high`.
create function app.importance(priority text) returns int language sql immutable
return case priority when 'low' then 1 when 'medium' then 2 else 3 end;

-- What the triggers would write is written here without them: nothing of it is a change that anybody made.
alter table app.tasks disable trigger user;
update app.tasks set search = app.searchable(title, description);
alter table app.tasks enable trigger user;

-- Everything in the order of its last change, the trash too: what sync reads.
create index tasks_of_a_user_by_seq on app.tasks (user_id, seq);
-- What lists filter and count by.
create index tasks_of_a_user_by_status on app.tasks (user_id, status, priority, due_date)
 where deleted_at is null;
create index tasks_of_a_user_by_title on app.tasks (user_id, lower(title), id) where deleted_at is null;
create index tasks_of_a_user_by_update on app.tasks (user_id, updated_at, id) where deleted_at is null;
create index tasks_of_a_user_by_completion on app.tasks (user_id, completed_at desc nulls last, id desc)
 where deleted_at is null and status = 'completed';
create index tasks_missed on app.tasks (user_id, due_date) where deleted_at is null and missed;
create index tasks_in_the_trash on app.tasks (user_id, deleted_at) where deleted_at is not null;
create index tasks_in_the_trash_by_age on app.tasks (deleted_at) where deleted_at is not null;
-- The short list of what is new keeps searches quick: it is read whole, until it is sorted in.
create index tasks_of_a_user_by_word on app.tasks using gin (user_id, tags, search)
  with (gin_pending_list_limit = 128) where deleted_at is null;

-- How many tasks of a user a filter finds, as of the user's `seq`: any change makes it void. Kept only where counting
-- takes long.
create unlogged table app.totals (
    user_id    uuid not null,
    filter     text not null,
    seq        bigint not null,
    total      bigint not null,
    counted_at timestamptz not null default now(),
    primary key (user_id, filter)
) with (fillfactor = 50);

-- What is gone for good, so that every device hears of it.
create table app.tombstones (
    user_id    uuid not null references app.users on delete cascade,
    seq        bigint not null,
    kind       text not null,
    id         uuid not null,
    created_at timestamptz not null default now(),
    primary key (user_id, seq)
);
create index tombstones_by_age on app.tombstones (created_at);

-- A task as clients see it, with what is new about it. Old and new bodies both ask `shown`.
drop function app.shown(app.tasks);
drop type app.task;
create type app.task as (
    id uuid, title text, description text, status text, priority text, tags text[],
    due_date timestamptz, all_day boolean, recurring_task_id uuid, missed boolean,
    created_at timestamptz, updated_at timestamptz, completed_at timestamptz, deleted_at timestamptz,
    version bigint, seq bigint
);
create function app.shown(t app.tasks) returns json language sql stable
return row_to_json(row(
    t.id, t.title, t.description, t.status, t.priority, t.tags,
    t.due_date, t.all_day, t.recurring_task_id, t.missed,
    t.created_at, t.updated_at, t.completed_at, t.deleted_at,
    t.version, t.seq
)::app.task);

-- The zone of a user.
create function app.zone(person uuid) returns text language plpgsql stable as $$
begin
    return (select users.timezone from app.users where users.id = person);
end $$;

-- When something is to be due that was due at another time until now. In the past only if that is wanted; what stays
-- as it was is not new, and a day is over when it is over.
create function app.new_due_at(due jsonb, person uuid, allow_past boolean, until_now timestamptz)
returns timestamptz language plpgsql stable as $$
declare
    at   timestamptz := app.due_at(due, person);
    zone text;
begin
    if at < now() and not coalesce(allow_past, false) and at is distinct from until_now then
        if due ? 'on' then
            zone := app.zone(person);
            if (due ->> 'on')::date >= (now() at time zone zone)::date then
                return at;
            end if;
        end if;
        perform app.refuse('past_due_date');
    end if;
    return at;
end $$;

-- The first and the last moment of a bound, which is an instant or a whole day of the user's.
create function app.first_of(bound jsonb, person uuid) returns timestamptz language plpgsql stable as $$
begin
    return case when bound ? 'on' then (bound ->> 'on')::timestamp at time zone app.zone(person)
                else (bound ->> 'at')::timestamptz end;
end $$;

create function app.last_of(bound jsonb, person uuid) returns timestamptz language plpgsql stable as $$
begin
    return case when bound ? 'on'
                then ((bound ->> 'on')::timestamp + interval '1 day') at time zone app.zone(person) - interval '1 microsecond'
                else (bound ->> 'at')::timestamptz end;
end $$;

-- ── changes and their events ────────────────────────────────────────────────────────────────

-- The next place in the order of a user's changes. Bulk work takes many at once by `reserve`, as bumping one row ten
-- thousand times in a transaction takes seconds.
create function app.next_seq(person uuid) returns bigint language plpgsql as $$
declare
    reserved text := nullif(current_setting('taskflow.reserved', true), '');
    place    bigint;
begin
    if reserved is not null then
        perform set_config('taskflow.reserved', (reserved::bigint + 1)::text, true);
        return reserved::bigint + 1;
    end if;
    update app.users set seq = users.seq + 1 where users.id = person returning users.seq into place;
    return place;
end $$;

-- Takes places for many changes of one user. The transaction may change things of nobody else afterwards.
create function app.reserve(person uuid, places bigint) returns void language plpgsql as $$
declare
    last bigint;
begin
    update app.users set seq = users.seq + places where users.id = person returning users.seq into last;
    perform set_config('taskflow.reserved', (last - places)::text, true);
end $$;

create or replace function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.search := app.searchable(new.title, new.description);
    else
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
        if new.title is distinct from old.title or new.description is distinct from old.description then
            new.search := app.searchable(new.title, new.description);
        end if;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

-- Notes that a write lost against another: both devices shall be able to say so.
create function app.note_conflict(person uuid, task uuid, now_is json, expected jsonb) returns void language sql
begin atomic
    insert into app.outbox (topic, type, user_id, seq, subject_id, actor, correlation_id, traceparent, after, details)
    values ('task-events', 'task.conflict', person, app.next_seq(person), task, coalesce(app.noted('actor'), 'user'),
            app.noted('correlation_id'), app.noted('traceparent'), now_is, jsonb_build_object('expected', expected));
end;

-- Leaves a tombstone and the event of a task that is gone for good. Where the user goes too, nobody is left to hear it.
create function app.bury_task() returns trigger language plpgsql as $$
declare
    place bigint := app.next_seq(old.user_id);
begin
    if place is null then
        return null;
    end if;
    insert into app.tombstones (user_id, seq, kind, id) values (old.user_id, place, 'task', old.id);
    insert into app.outbox (topic, type, user_id, seq, subject_id, actor, correlation_id, traceparent, before, after)
    values ('task-events', 'task.purged', old.user_id, place, old.id,
            coalesce(app.noted('actor'), 'system'), app.noted('correlation_id'), app.noted('traceparent'),
            app.shown(old), null);
    return null;
end $$;

create trigger bury after delete on app.tasks for each row execute function app.bury_task();

-- What is due on a day is due on that day wherever its user lives.
create function app.follow_zone() returns trigger language plpgsql as $$
begin
    perform app.reserve(new.id, 1 + (select count(*) from app.tasks where tasks.user_id = new.id and tasks.all_day));
    update app.tasks as task
       set due_date = ((task.due_date at time zone old.timezone)::date + time '23:59') at time zone new.timezone
     where task.user_id = new.id and task.all_day;
    perform set_config('taskflow.reserved', '', true);
    return null;
end $$;

create trigger follow_zone after update of timezone on app.users for each row
  when (old.timezone is distinct from new.timezone) execute function app.follow_zone();

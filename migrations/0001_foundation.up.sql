-- Accounts, tasks and the outbox, with what makes a change and its event one.
--
-- `app` holds the data and what guards it; no function's role may look inside.
-- `bodies` holds the installed use cases, the only thing those roles may call.

create schema app;
create schema bodies;

-- Roles belong to the whole cluster, so other databases may have made them already.
-- They get a password when a database is set up for use, never here.
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
        execute format('grant usage on schema bodies to %I', name);
    end loop;
end $$;

-- What is not granted by name is not to be had.
revoke all on schema public from public;

-- ── accounts ────────────────────────────────────────────────────────────────────────────────

create table app.users (
    id              uuid primary key,
    email           text,
    name            text,
    password_hash   text,
    guest           boolean not null default false,
    admin           boolean not null default false,
    timezone        text not null default 'UTC',
    email_reminders boolean not null default false,
    created_at      timestamptz not null default now(),
    -- Orders everything that changes for this user. Bumped by the triggers, under the frame's lock.
    seq             bigint not null default 0,
    constraint users_guest_has_no_email check (guest = (email is null)),
    constraint users_email_has_password check ((email is null) = (password_hash is null))
) with (fillfactor = 50);

create unique index users_email_is_unique on app.users (lower(email));

-- A user as they see themselves; what they do not have is left out.
create function app.shown_user(u app.users) returns json language sql stable
return json_strip_nulls(json_build_object(
    'id', u.id, 'email', u.email, 'name', u.name, 'guest', u.guest, 'admin', u.admin,
    'timezone', u.timezone, 'email_reminders', u.email_reminders));

create table app.sessions (
    token_hash text primary key,
    user_id    uuid not null references app.users on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);

create index sessions_of_a_user on app.sessions (user_id);

-- ── tasks ───────────────────────────────────────────────────────────────────────────────────

create table app.tasks (
    id           uuid primary key,
    user_id      uuid not null references app.users on delete cascade,
    title        text not null,
    description  text,
    status       text not null default 'active',
    priority     text not null default 'medium',
    tags         text[] not null default '{}',
    due_date     timestamptz,
    all_day      boolean not null default false,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    completed_at timestamptz,
    deleted_at   timestamptz,
    version      bigint not null default 1,
    seq          bigint not null default 0,
    constraint tasks_status_is_known check (status in ('active', 'completed')),
    constraint tasks_priority_is_known check (priority in ('low', 'medium', 'high')),
    constraint tasks_completed_at_when_completed check ((status = 'completed') = (completed_at is not null)),
    constraint tasks_all_day_needs_a_date check (not all_day or due_date is not null)
);

-- Newest first, and nearest due first: the two ways a list begins.
create index tasks_of_a_user_by_age on app.tasks (user_id, created_at desc, id desc) where deleted_at is null;
create index tasks_of_a_user_by_due_date on app.tasks (user_id, due_date, id) where deleted_at is null;

-- A task as clients see it: these fields, in this order.
create type app.task as (
    id uuid, title text, description text, status text, priority text, tags text[],
    due_date timestamptz, all_day boolean,
    created_at timestamptz, updated_at timestamptz, completed_at timestamptz, deleted_at timestamptz,
    version bigint, seq bigint
);

create function app.shown(t app.tasks) returns json language sql stable
return row_to_json(row(
    t.id, t.title, t.description, t.status, t.priority, t.tags,
    t.due_date, t.all_day,
    t.created_at, t.updated_at, t.completed_at, t.deleted_at,
    t.version, t.seq
)::app.task);

-- When something is due: `{"at": instant}`, or `{"on": day}`, which ends at 23:59 of the user's zone.
-- In PL/pgSQL because a SQL function with a query inside is parsed again at every call.
create function app.due_at(due jsonb, person uuid) returns timestamptz language plpgsql stable as $$
begin
    return case
        when due ? 'on' then ((due ->> 'on')::date + time '23:59')
                             at time zone (select users.timezone from app.users where users.id = person)
        else (due ->> 'at')::timestamptz
    end;
end $$;

-- ── the outbox ──────────────────────────────────────────────────────────────────────────────

-- One row an event, written by the triggers in the transaction of the change itself.
create table app.outbox (
    event_id       uuid primary key default gen_random_uuid(),
    topic          text not null,
    type           text not null,
    user_id        uuid not null,
    seq            bigint not null,
    subject_id     uuid not null,
    actor          text not null,
    correlation_id text,
    traceparent    text,
    occurred_at    timestamptz not null default now(),
    before         json,
    after          json
);

create index outbox_in_order on app.outbox (user_id, seq);

-- What the frame noted for this transaction; null where nothing was.
create function app.noted(what text) returns text language sql stable
return nullif(current_setting('taskflow.' || what, true), '');

-- Stamps a change of a user's row before it is stored. An update that changes nothing keeps the
-- old row whole, so that it gets no new version and makes no event.
create function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    update app.users set seq = seq + 1 where id = new.user_id returning seq into new.seq;
    return new;
end $$;

-- Writes the event of a task's change; which one follows from what changed.
create function app.publish_task() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new is not distinct from old then
        return null;
    end if;
    insert into app.outbox (topic, type, user_id, seq, subject_id, actor, correlation_id, traceparent, before, after)
    values (
        'task-events',
        case
            when tg_op = 'INSERT' then 'task.created'
            when new.deleted_at is not null and old.deleted_at is null then 'task.deleted'
            when new.deleted_at is null and old.deleted_at is not null then 'task.restored'
            when new.status <> old.status and new.status = 'completed' then 'task.completed'
            when new.status <> old.status then 'task.reopened'
            else 'task.updated'
        end,
        new.user_id, new.seq, new.id,
        coalesce(app.noted('actor'), 'system'), app.noted('correlation_id'), app.noted('traceparent'),
        case when tg_op = 'UPDATE' then app.shown(old) end, app.shown(new)
    );
    return null;
end $$;

create trigger stamp before insert or update on app.tasks for each row execute function app.stamp();
create trigger publish after insert or update on app.tasks for each row execute function app.publish_task();

-- ── refusals and releases ───────────────────────────────────────────────────────────────────

-- A body says no by calling this: the frame undoes the body and answers with the reason.
create function app.refuse(reason text) returns void language plpgsql as $$
begin
    raise exception using errcode = 'TF000', message = reason;
end $$;

-- The bodies that each release brought, so that a later one can drop what nobody calls any more.
create table app.releases (
    release      text primary key,
    bodies       text[] not null,
    installed_at timestamptz not null default now()
);

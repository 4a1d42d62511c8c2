-- Takes everything of 0002 back. People who came by an issuer have no account without it, so they go.
drop trigger follow_zone on app.users;
drop function app.follow_zone();
drop trigger bury on app.tasks;
drop function app.bury_task();

create or replace function app.stamp() returns trigger language plpgsql as $$
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

drop function app.note_conflict(uuid, uuid, json, jsonb);
drop function app.person_of(text, text, jsonb);
drop function app.take(text[], text[], uuid);
drop function app.reserve(uuid, bigint);
drop function app.next_seq(uuid);
drop function app.tell(text, uuid, jsonb);
delete from app.outbox where user_id is null or subject_id is null;
alter table app.outbox
    drop column details,
    alter column user_id set not null,
    alter column subject_id set not null;

drop function app.last_of(jsonb, uuid);
drop function app.first_of(jsonb, uuid);
drop function app.new_due_at(jsonb, uuid, boolean, timestamptz);
drop function app.zone(uuid);

drop table app.tombstones;
drop table app.totals;
drop index app.tasks_of_a_user_by_seq, app.tasks_of_a_user_by_status, app.tasks_of_a_user_by_title,
    app.tasks_of_a_user_by_update, app.tasks_of_a_user_by_completion, app.tasks_missed, app.tasks_in_the_trash, app.tasks_in_the_trash_by_age,
    app.tasks_of_a_user_by_word;
drop function app.shown(app.tasks);
drop type app.task;
alter table app.tasks drop column recurring_task_id, drop column missed, drop column search;
drop function app.importance(text);
drop function app.sought(text);
drop function app.searchable(text, text);
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

drop table app.answers;
drop table app.buckets;
drop table app.limits;
drop function app.begin_limit_anew();
drop table app.issuers;
drop table app.identities;
drop table app.tokens;
alter table app.sessions drop column id, drop column user_agent;
delete from app.users where not guest and (email is null or password_hash is null);
alter table app.users
    drop constraint users_guest_has_no_account,
    drop constraint users_password_needs_email,
    drop column forgotten_seq,
    add constraint users_guest_has_no_email check (guest = (email is null)),
    add constraint users_email_has_password check ((email is null) = (password_hash is null));
drop extension if exists btree_gin;

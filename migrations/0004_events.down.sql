drop table app.audit;
drop function app.make_audit_month(timestamptz);
drop function app.keep_the_trail();
drop function app.count(text, text, float8);
drop table app.dead_letters, app.counted, app.seen, app.deliveries;

create or replace function app.bury_task() returns trigger language plpgsql as $$
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

drop function app.note_conflict(uuid, uuid, json, jsonb);
create function app.note_conflict(person uuid, task uuid, now_is json, expected jsonb) returns void language sql
begin atomic
    insert into app.outbox (topic, type, user_id, seq, subject_id, actor, correlation_id, traceparent, after, details)
    values ('task-events', 'task.conflict', person, app.next_seq(person), task, coalesce(app.noted('actor'), 'user'),
            app.noted('correlation_id'), app.noted('traceparent'), now_is, jsonb_build_object('expected', expected));
end;

drop function app.tell(text, uuid, jsonb);
create function app.tell(type text, person uuid, details jsonb) returns void language sql
begin atomic
    insert into app.outbox (topic, type, user_id, seq, actor, correlation_id, traceparent, details)
    values ('audit-events', type, person, 0, coalesce(app.noted('actor'), 'user'), app.noted('correlation_id'),
            app.noted('traceparent'), details);
end;

create or replace function app.publish_task() returns trigger language plpgsql as $$
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

drop function app.cloud_event(app.outbox);
drop function app.changes(json, json);
drop function app.emit(text, text, uuid, bigint, uuid, json, json, jsonb);
drop function app.wake(smallint);
drop table app.held, app.publishers, app.parked;
-- What is an event already has no place in the old outbox.
delete from app.outbox where event is not null;
alter table app.outbox
    reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold),
    drop constraint outbox_pkey,
    drop column position, drop column shard, drop column actor_name, drop column event, drop column attempts,
    drop column failed_at, drop column problem,
    add primary key (event_id);
create index outbox_in_order on app.outbox (user_id, seq);
drop function app.shard(uuid);

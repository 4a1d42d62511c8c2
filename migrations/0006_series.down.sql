drop function app.another_has(uuid, uuid);
create or replace function app.cloud_event(o app.outbox) returns text language plpgsql stable as $$
begin
    return left(json_build_object(
        'specversion', '1.0', 'id', o.event_id, 'source', 'taskflow', 'type', o.type, 'time', o.occurred_at,
        'datacontenttype', 'application/json', 'dataschema', 'urn:taskflow:event:' || o.type || ':1')::text, -1)
        || coalesce(',"subject":' || to_json(o.subject_id), '')
        || coalesce(',"correlationid":' || to_json(o.correlation_id), '')
        || coalesce(',"traceparent":' || to_json(o.traceparent), '')
        || ',"data":' || json_build_object(
        'schema_version', 1, 'event_id', o.event_id, 'correlation_id', o.correlation_id, 'user_id', o.user_id, 'seq', o.seq,
        'actor', o.actor, 'actor_name', o.actor_name, 'occurred_at', o.occurred_at, 'task_id', o.subject_id,
        'before', o.before, 'after', o.after, 'changes', app.changes(o.before, o.after), 'details', o.details)::text || '}';
end $$;
drop function app.members(text);
create or replace function app.due_at(due jsonb, person uuid) returns timestamptz language plpgsql stable as $$
begin
    return case
        when due ? 'on' then ((due ->> 'on')::date + time '23:59')
                             at time zone (select users.timezone from app.users where users.id = person)
        else (due ->> 'at')::timestamptz
    end;
end $$;
create or replace function app.next_seq(person uuid) returns bigint language plpgsql as $$
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
create or replace function app.reserve(person uuid, places bigint) returns void language plpgsql as $$
declare
    last bigint;
begin
    update app.users set seq = users.seq + places where users.id = person returning users.seq into last;
    perform set_config('taskflow.reserved', (last - places)::text, true);
end $$;
create or replace function app.follow_zone() returns trigger language plpgsql as $$
begin
    perform app.reserve(new.id, 1 + (select count(*) from app.tasks where tasks.user_id = new.id and tasks.all_day));
    update app.tasks as task
       set due_date = ((task.due_date at time zone old.timezone)::date + time '23:59') at time zone new.timezone
     where task.user_id = new.id and task.all_day;
    perform set_config('taskflow.reserved', '', true);
    return null;
end $$;

drop trigger remind on app.tasks;
drop function app.remind();
drop table app.mails;
drop table app.notifications cascade;
drop type app.notification;
drop type app.notification_of_several;
drop function app.stamp_notification();
drop function app.bury_notification();
drop function app.told_title(uuid[]);
drop table app.reminders cascade;
drop type app.absolute_reminder;
drop type app.relative_reminder;
drop function app.stamp_reminder();
drop function app.publish_reminder();
drop function app.bury_reminder();
drop function app.remind_at(timestamptz, text, uuid);
drop function app.before(timestamptz, text, uuid);
-- The release before knows only tasks.
delete from app.tombstones where kind <> 'task';
alter table app.settings drop column reminder_batch;
alter table app.users drop column unsubscribe;
-- No series is left.
alter table app.tasks disable trigger user;
update app.tasks set recurring_task_id = null where recurring_task_id is not null;
alter table app.tasks enable trigger user;
drop index app.tasks_of_a_series;
alter table app.tasks drop constraint tasks_series, drop column occurrence, drop column place;
drop function app.make_occurrence(app.series, int, uuid, timestamp, boolean);
drop table app.series cascade;
drop type app.recurring_task;
drop function app.stamp_series();
drop function app.publish_series();
drop function app.place(text);
drop function app.shown_wall(text, text);
drop function app.instant(timestamp, text);

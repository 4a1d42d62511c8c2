drop schema dapr cascade;
drop table app.configured;
-- The release before has no switch.
select app.set_publishing(true);
drop function app.set_publishing(boolean);
drop table app.settings;
alter table app.audit drop constraint audit_pkey;
alter table app.audit add primary key (event_id, occurred_at);
create index audit_in_order on app.audit (occurred_at, event_id);
create or replace function app.cloud_event(o app.outbox) returns text language plpgsql stable as $$
begin
    return left(json_strip_nulls(json_build_object(
        'specversion', '1.0', 'id', o.event_id, 'source', 'taskflow', 'type', o.type, 'subject', o.subject_id,
        'time', o.occurred_at, 'datacontenttype', 'application/json', 'dataschema', 'urn:taskflow:event:' || o.type || ':1',
        'correlationid', o.correlation_id, 'traceparent', o.traceparent))::text, -1)
        || ',"data":' || json_build_object(
        'schema_version', 1, 'event_id', o.event_id, 'correlation_id', o.correlation_id, 'user_id', o.user_id, 'seq', o.seq,
        'actor', o.actor, 'actor_name', o.actor_name, 'occurred_at', o.occurred_at, 'task_id', o.subject_id,
        'before', o.before, 'after', o.after, 'changes', app.changes(o.before, o.after), 'details', o.details)::text || '}';
end $$;

drop table app.places;
drop type app.delivery;
drop function app.send_again(text, jsonb);

alter table app.buckets add column refused boolean not null default false;
alter table app.tasks add column search tsvector not null default '';
alter table app.tasks disable trigger user;
update app.tasks set search = app.searchable(title, description);
alter table app.tasks enable trigger user;

create or replace function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    if tg_op = 'INSERT' or new.title is distinct from old.title or new.description is distinct from old.description then
        new.search := app.searchable(new.title, new.description);
        new.words := app.words(new.title, new.description, new.user_id);
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

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

-- What other users have no longer slows down a search, and limits and idempotency cost less.
--
-- The release before goes on with `app.take`, and with `tasks.search`, without an index.

-- ── search ──────────────────────────────────────────────────────────────────────────────────

-- Each word begins with whose it is: looking for a beginning of a word reads all words of the index that begin so, and
-- those must not be everybody's.
create function app.mark(person uuid) returns text language sql immutable
return right(person::text, 8);

-- The words of a task, as they are and as English has them, each with its owner's mark. What is longer than 254
-- characters is no word: it would not fit.
create function app.words(title text, description text, person uuid) returns tsvector language plpgsql immutable as $$
begin
    if octet_length(description) > 2000 then
        description := regexp_replace(description, '\S{255,}', ' ', 'g');
    end if;
    -- As text it is `'buy':1A 'milk':2A`, and no word has a space in it.
    return replace(' ' || app.searchable(title, description)::text, ' ''', ' ''' || app.mark(person))::tsvector;
end $$;

-- What finds words of that person that begin so.
create function app.beginning(word text, person uuid) returns tsquery language sql immutable
return ('''' || app.mark(person) || replace(replace(word, '\', '\\'), '''', '''''') || ''':*')::tsquery;

-- What finds tasks of that person that have a beginning of every word, as it is or as English has it. Null where there is
-- no word.
create function app.sought(words text, person uuid) returns tsquery language plpgsql immutable as $$
declare
    word  text;
    stem  text;
    one   tsquery;
    every tsquery;
begin
    for word in select lexeme from unnest(to_tsvector('pg_catalog.simple', words)) loop
        -- English has no word for some (`the`), and several for others (`e-mail`).
        select case when count(*) = 1 then min(lexeme) end into stem from unnest(to_tsvector('pg_catalog.english', word));
        -- What begins with `run` includes what begins with `running`.
        one := app.beginning(case when starts_with(word, stem) then stem else word end, person);
        if not starts_with(word, stem) then
            one := one || app.beginning(stem, person);
        end if;
        every := case when every is null then one else every && one end;
    end loop;
    return every;
end $$;

alter table app.tasks add column words tsvector not null default '';

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

alter table app.tasks disable trigger user;
update app.tasks set words = app.words(title, description, user_id);
alter table app.tasks enable trigger user;

drop index app.tasks_of_a_user_by_word;
create index tasks_of_a_user_by_word on app.tasks using gin (user_id, tags, words)
  with (gin_pending_list_limit = 128) where deleted_at is null;

-- ── limits and idempotency ──────────────────────────────────────────────────────────────────

-- What a client is told of a bucket.
create function app.quota(refused boolean, policy text, reset float8, each float8, room float8, remaining float8)
returns text language sql stable
return format('{"quota":{"refused":%s,"policy":"%s","quota":%s,"seconds":%s,"remaining":%s,"reset":%s}}', to_json(refused),
              policy, (room / each)::bigint, room, floor(remaining)::bigint, ceil(reset));

-- Draws one request from each of these buckets: `names` are those of limits, `whose` tells who pays, null for nobody.
-- A bucket with room that another request holds counts as allowed, so that nobody waits for it, unless it is to be exact.
-- Returns what the client is told, as the text of JSON: of the one that refuses, else of the tightest.
create function app.draw(names text[], whose text[], person uuid, exact boolean default false)
returns text language plpgsql as $$
declare
    clock  float8 := extract(epoch from clock_timestamp());
    wanted text;
    -- What was taken from, and the tightest of it.
    full_at float8; each float8; room float8;
    tight text; its_full_at float8; its_each float8; its_room float8;
begin
    for place in 1 .. cardinality(names) loop
        wanted := names[place] || ' ' || whose[place];
        if exact then
            perform pg_advisory_xact_lock(hashtextextended(wanted, 0));
        end if;
        update app.buckets as bucket set full_at = greatest(bucket.full_at, clock) + bucket.each
         where bucket.key = wanted and greatest(bucket.full_at, clock) + bucket.each <= clock + bucket.room
           and pg_try_advisory_xact_lock(hashtextextended(wanted, 0))
        returning bucket.full_at, bucket.each, bucket.room into full_at, each, room;
        if not found then
            -- It is empty, or somebody holds it, or it is not there yet.
            select bucket.full_at, bucket.each, bucket.room into full_at, each, room
              from app.buckets as bucket where bucket.key = wanted;
            if found and greatest(full_at, clock) + each > clock + room then
                update app.buckets set told_at = clock where key = wanted and told_at < clock - 60;
                if found then
                    perform app.tell('limit.hit', person, jsonb_build_object('limit', names[place]));
                end if;
                return app.quota(true, names[place], full_at + each - room - clock, each, room, 0);
            end if;
            continue when found;
            insert into app.buckets as bucket (key, full_at, each, room)
            select wanted, clock + rule.seconds::float8 / rule.quota, rule.seconds::float8 / rule.quota, rule.seconds
              from app.limits as rule where rule.name = names[place] and wanted is not null
            on conflict do nothing
            returning bucket.full_at, bucket.each, bucket.room into full_at, each, room;
            continue when not found;
        end if;
        if tight is null or (full_at - clock) / room > (its_full_at - clock) / its_room then
            tight := names[place]; its_full_at := full_at; its_each := each; its_room := room;
        end if;
    end loop;
    return case when tight is not null then
        app.quota(false, tight, its_full_at - clock, its_each, its_room, (clock + its_room - its_full_at) / its_each + 0.001) end;
end $$;

-- Rows are put where others were deleted, so its ranges of pages soon hold all ages.
drop index app.answers_by_age;

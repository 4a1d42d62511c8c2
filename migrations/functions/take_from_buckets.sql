-- Takes one request from each of these token buckets. `names` are those of the limits; `whose` has the client
-- of each, null for none. Returns the state of the limit that rejects the request, else of the one closest to
-- its end.
--
-- A bucket that another request holds counts as allowed, so that requests of one client do not queue here;
-- unless `exact`, which waits.
create or replace function app.take_from_buckets(names text[], whose text[], person uuid, exact boolean default false)
returns text language plpgsql as $$
declare
    clock  float8 := extract(epoch from clock_timestamp());
    bucket_key text;
    -- The bucket at hand, and the one closest to its end so far.
    full_at float8; each float8; room float8;
    tight text; tight_full_at float8; tight_each float8; tight_room float8;
begin
    for place in 1 .. cardinality(names) loop
        bucket_key := names[place] || ' ' || whose[place];
        if exact then
            perform pg_advisory_xact_lock(hashtextextended(bucket_key, 0));
        end if;
        update app.buckets as bucket set full_at = greatest(bucket.full_at, clock) + bucket.each
         where bucket.key = bucket_key
           and greatest(bucket.full_at, clock) + bucket.each <= clock + bucket.room
           and pg_try_advisory_xact_lock(hashtextextended(bucket_key, 0))
        returning bucket.full_at, bucket.each, bucket.room into full_at, each, room;
        if not found then
            -- It is empty, held by another request, or does not exist yet.
            select bucket.full_at, bucket.each, bucket.room into full_at, each, room
              from app.buckets as bucket where bucket.key = bucket_key;
            if found and greatest(full_at, clock) + each > clock + room then
                update app.buckets set told_at = clock where key = bucket_key and told_at < clock - 60;
                if found then
                    perform app.add_security_event('limit.hit', person, jsonb_build_object('limit', names[place]));
                end if;
                return app.quota(true, names[place], full_at + each - room - clock, each, room, 0);
            end if;
            continue when found;
            insert into app.buckets as bucket (key, full_at, each, room)
            select bucket_key, clock + rule.seconds::float8 / rule.quota, rule.seconds::float8 / rule.quota,
                   rule.seconds
              from app.limits as rule where rule.name = names[place] and bucket_key is not null
            on conflict do nothing
            returning bucket.full_at, bucket.each, bucket.room into full_at, each, room;
            continue when not found;
        end if;
        if tight is null or (full_at - clock) / room > (tight_full_at - clock) / tight_room then
            tight := names[place]; tight_full_at := full_at; tight_each := each; tight_room := room;
        end if;
    end loop;
    return case when tight is not null then
        app.quota(false, tight, tight_full_at - clock, tight_each, tight_room,
                  (clock + tight_room - tight_full_at) / tight_each + 0.001) end;
end $$;

-- Takes a token from each bucket: that of `names[i]`, a limit, for `clients[i]`; a null client has none.
-- Returns the state of the limit that rejects the request, or of the one closest to its end.
--
-- If another request holds a bucket, this request is allowed without a token, so that requests of one client
-- do not queue here. With `exact` it waits instead.
create or replace function app.take_from_buckets(
    names text[], clients text[], person uuid, exact boolean default false
) returns text language plpgsql as $$
declare
    clock      float8 := extract(epoch from clock_timestamp());
    bucket_key text;
    full_at    float8;
    each       float8;
    room       float8;
    -- The bucket closest to its end so far.
    lowest         text;
    lowest_full_at float8;
    lowest_each    float8;
    lowest_room    float8;
begin
    for i in 1 .. cardinality(names) loop
        bucket_key := names[i] || ' ' || clients[i];
        if exact then
            perform pg_advisory_xact_lock(hashtextextended(bucket_key, 0));
        end if;
        update app.buckets as bucket set full_at = greatest(bucket.full_at, clock) + bucket.each
         where bucket.key = bucket_key
           and greatest(bucket.full_at, clock) + bucket.each <= clock + bucket.room
           and pg_try_advisory_xact_lock(hashtextextended(bucket_key, 0))
        returning bucket.full_at, bucket.each, bucket.room into full_at, each, room;
        if not found then
            -- The bucket is empty, held by another request, or does not exist yet.
            select bucket.full_at, bucket.each, bucket.room into full_at, each, room
              from app.buckets as bucket where bucket.key = bucket_key;
            if found and greatest(full_at, clock) + each > clock + room then
                update app.buckets set told_at = clock where key = bucket_key and told_at < clock - 60;
                if found then
                    perform app.add_security_event('limit.hit', person,
                                                   jsonb_build_object('limit', names[i]));
                end if;
                return app.quota(true, names[i], full_at + each - room - clock, each, room, 0);
            end if;
            continue when found;
            insert into app.buckets as bucket (key, full_at, each, room)
            select bucket_key, clock + rule.seconds::float8 / rule.quota, rule.seconds::float8 / rule.quota,
                   rule.seconds
              from app.limits as rule where rule.name = names[i] and bucket_key is not null
            on conflict do nothing
            returning bucket.full_at, bucket.each, bucket.room into full_at, each, room;
            continue when not found;
        end if;
        if lowest is null or (full_at - clock) / room > (lowest_full_at - clock) / lowest_room then
            lowest := names[i];
            lowest_full_at := full_at;
            lowest_each := each;
            lowest_room := room;
        end if;
    end loop;
    return case when lowest is not null then
        app.quota(false, lowest, lowest_full_at - clock, lowest_each, lowest_room,
                  (clock + lowest_room - lowest_full_at) / lowest_each + 0.001) end;
end $$;

-- Takes a token from each bucket: that of `names[i]`, a limit, for `clients[i]`; a null client has none.
-- Returns the state of the limit that rejects the request, or else of the one with the emptiest bucket.
--
-- If another request holds a bucket, this request is allowed without a token, so that requests of one client
-- do not queue here. With `exact` it waits instead.
--
-- A bucket stores no number of tokens but the time at which it will be full: a token taken moves that time by
-- `seconds_per_token` into the future, and the bucket is empty if it is more than `seconds_to_fill` away.
create or replace function app.take_from_buckets(
    names text[], clients text[], person uuid, exact boolean default false
) returns text language plpgsql as $$
declare
    clock             float8 := extract(epoch from clock_timestamp());
    bucket_key        text;
    full_at           float8;
    seconds_per_token float8;
    seconds_to_fill   float8;
    -- The emptiest bucket so far.
    lowest                   text;
    lowest_full_at           float8;
    lowest_seconds_per_token float8;
    lowest_seconds_to_fill   float8;
begin
    for i in 1 .. cardinality(names) loop
        bucket_key := names[i] || ' ' || clients[i];
        if exact then
            perform pg_advisory_xact_lock(hashtextextended(bucket_key, 0));
        end if;
        update app.buckets as bucket set full_at = greatest(bucket.full_at, clock) + bucket.seconds_per_token
         where bucket.key = bucket_key
           and greatest(bucket.full_at, clock) + bucket.seconds_per_token <= clock + bucket.seconds_to_fill
           and pg_try_advisory_xact_lock(hashtextextended(bucket_key, 0))
        returning bucket.full_at, bucket.seconds_per_token, bucket.seconds_to_fill
          into full_at, seconds_per_token, seconds_to_fill;
        if not found then
            -- The bucket is empty, held by another request, or does not exist yet.
            select bucket.full_at, bucket.seconds_per_token, bucket.seconds_to_fill
              into full_at, seconds_per_token, seconds_to_fill
              from app.buckets as bucket where bucket.key = bucket_key;
            if found and greatest(full_at, clock) + seconds_per_token > clock + seconds_to_fill then
                -- At most one event a minute.
                update app.buckets set reported_at = clock
                 where key = bucket_key and reported_at < clock - 60;
                if found then
                    perform app.add_security_event('limit.hit', person,
                                                   jsonb_build_object('limit', names[i]));
                end if;
                return app.quota(true, names[i], full_at + seconds_per_token - seconds_to_fill - clock,
                                 seconds_per_token, seconds_to_fill, 0);
            end if;
            continue when found;
            insert into app.buckets as bucket (key, full_at, seconds_per_token, seconds_to_fill)
            select bucket_key, clock + limits.seconds::float8 / limits.requests,
                   limits.seconds::float8 / limits.requests, limits.seconds
              from app.limits where limits.name = names[i] and bucket_key is not null
               -- Two that insert one key would wait for each other.
               and pg_try_advisory_xact_lock(hashtextextended(bucket_key, 0))
            on conflict do nothing
            returning bucket.full_at, bucket.seconds_per_token, bucket.seconds_to_fill
              into full_at, seconds_per_token, seconds_to_fill;
            continue when not found;
        end if;
        if lowest is null
           or (full_at - clock) / seconds_to_fill > (lowest_full_at - clock) / lowest_seconds_to_fill then
            lowest := names[i];
            lowest_full_at := full_at;
            lowest_seconds_per_token := seconds_per_token;
            lowest_seconds_to_fill := seconds_to_fill;
        end if;
    end loop;
    return case when lowest is not null then
        app.quota(false, lowest, lowest_full_at - clock, lowest_seconds_per_token, lowest_seconds_to_fill,
                  -- The addend corrects rounding errors of the division: `quota` rounds down.
                  (clock + lowest_seconds_to_fill - lowest_full_at) / lowest_seconds_per_token + 0.001) end;
end $$;

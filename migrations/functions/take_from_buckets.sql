-- Takes a token from each bucket: that of `names[i]`, a limit, for `clients[i]`; a null client has none.
-- Returns the state of the limit that rejects the request, or else of the one with the emptiest bucket.
--
-- A bucket has as many slots as requests have used it at the same time. A request has its slot to itself
-- until it ends, so that requests of one client do not queue here, and each of them is counted, however long
-- one takes. Those that are in progress are counted when they have ended: a client can exceed a limit by
-- their number, and then waits longer. With `exact` all requests use one slot, and each waits for the one
-- before.
--
-- A slot stores no number of tokens that are left, as that grows all the time, but the number of those that
-- were ever taken from it, and since when the bucket would be full without them. Of all slots these are a sum
-- and a maximum, so what one request stores does not depend on another. The bucket is empty if the time at
-- which it will be full is more than `seconds_to_fill` away.
create or replace function app.take_from_buckets(
    names text[], clients text[], person uuid, address text, exact boolean default false
) returns text language plpgsql as $$
declare
    clock             float8 := extract(epoch from clock_timestamp());
    bucket_key        text;
    slots             int;
    free_slot         int;
    tried             int;
    total             float8;
    start             float8;
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
        continue when bucket_key is null;
        if exact then
            perform pg_advisory_xact_lock(hashtextextended(bucket_key, 0));
        end if;
        select count(*), sum(bucket.taken), max(bucket.since), max(bucket.seconds_per_token),
               max(bucket.seconds_to_fill)
          into slots, total, start, seconds_per_token, seconds_to_fill
          from app.buckets as bucket where bucket.key = bucket_key;
        if slots = 0 then
            select 0, '-infinity'::float8, limits.seconds::float8 / limits.requests, limits.seconds
              into total, start, seconds_per_token, seconds_to_fill
              from app.limits where limits.name = names[i];
            continue when not found;
        end if;
        -- A bucket that is full now begins anew.
        start := greatest(start, clock - total * seconds_per_token);
        full_at := start + (total + 1) * seconds_per_token;
        if full_at > clock + seconds_to_fill then
            perform app.add_security_event('limit.hit', person,
                                           jsonb_build_object('limit', names[i], 'address', address));
            return app.quota(true, names[i], full_at - seconds_to_fill - clock, seconds_per_token,
                             seconds_to_fill, 0);
        end if;

        -- Connections start at different slots, so that the first one is mostly free. If none is, the request
        -- adds one.
        free_slot := case when exact then 0 else pg_backend_pid() % greatest(slots, 1) end;
        tried := 0;
        while not pg_try_advisory_xact_lock(hashtextextended(bucket_key, free_slot)) loop
            tried := tried + 1;
            free_slot := case when tried < slots then (free_slot + 1) % slots else tried end;
        end loop;
        update app.buckets as bucket set taken = bucket.taken + 1, since = greatest(bucket.since, start)
         where bucket.key = bucket_key and bucket.slot = free_slot;
        if not found then
            -- The limit may have been changed just now, and its buckets deleted.
            insert into app.buckets (key, slot, taken, since, seconds_per_token, seconds_to_fill)
            select bucket_key, free_slot, 1, start, limits.seconds::float8 / limits.requests, limits.seconds
              from app.limits where limits.name = names[i];
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

-- Checks the bucket of each limit `names[i]` for the client `clients[i]`; a null client has none. Returns as
-- `quota` the state of the limit that rejects the request, or else of the one with the emptiest bucket. The
-- frame takes the tokens at its end (`take_tokens`), from `buckets`: their last slots, with the sums and
-- maxima of all. With `exact` the tokens are taken at once, and each request waits for the one before.
--
-- A bucket has slots, of which a request has one to itself until it ends, so that requests of one client do
-- not queue here. As they take tokens last, few have one at the same time, and a bucket has few slots.
-- Requests in progress are counted when they have ended, however long one takes: a client can exceed a limit
-- by their number, and then waits longer.
--
-- A slot stores no number of tokens that are left, as that grows all the time, but the number of those that
-- were ever taken from it, and since when the bucket would be full without them. Of all slots these are a sum
-- and a maximum, so what one request stores does not depend on another. The bucket is empty if the time at
-- which it will be full is more than `seconds_to_fill` away.
create or replace function app.check_buckets(
    names text[], clients text[], person uuid, address text, exact boolean default false,
    out quota text, out buckets app.buckets[]
) language plpgsql as $$
declare
    clock   float8 := extract(epoch from clock_timestamp());
    whole   app.buckets;
    full_at float8;
    -- The emptiest bucket so far.
    lowest                   text;
    lowest_full_at           float8;
    lowest_seconds_per_token float8;
    lowest_seconds_to_fill   float8;
begin
    for i in 1 .. cardinality(names) loop
        continue when clients[i] is null;
        whole.key := names[i] || ' ' || clients[i];
        if exact then
            perform pg_advisory_xact_lock(hashtextextended(whole.key, 0));
        end if;
        select max(bucket.slot), sum(bucket.taken), max(bucket.since), max(bucket.seconds_per_token),
               max(bucket.seconds_to_fill)
          into whole.slot, whole.taken, whole.since, whole.seconds_per_token, whole.seconds_to_fill
          from app.buckets as bucket where bucket.key = whole.key;
        if whole.slot is null then
            select 0, '-infinity'::float8, limits.seconds::float8 / limits.requests, limits.seconds
              into whole.taken, whole.since, whole.seconds_per_token, whole.seconds_to_fill
              from app.limits where limits.name = names[i];
            continue when not found;
        end if;
        -- A bucket that is full now begins anew.
        whole.since := greatest(whole.since, clock - whole.taken * whole.seconds_per_token);
        full_at := whole.since + (whole.taken + 1) * whole.seconds_per_token;
        if full_at > clock + whole.seconds_to_fill then
            perform app.add_security_event('limit.hit', person,
                                           jsonb_build_object('limit', names[i], 'address', address));
            quota := app.quota(true, names[i], full_at - whole.seconds_to_fill - clock,
                               whole.seconds_per_token, whole.seconds_to_fill, 0);
            buckets := null;
            return;
        end if;

        if exact then
            perform app.take_tokens(array[whole]);
        else
            buckets := array_append(buckets, whole);
        end if;

        if lowest is null or (full_at - clock) / whole.seconds_to_fill
                             > (lowest_full_at - clock) / lowest_seconds_to_fill then
            lowest := names[i];
            lowest_full_at := full_at;
            lowest_seconds_per_token := whole.seconds_per_token;
            lowest_seconds_to_fill := whole.seconds_to_fill;
        end if;
    end loop;
    if lowest is not null then
        quota := app.quota(
            false, lowest, lowest_full_at - clock, lowest_seconds_per_token, lowest_seconds_to_fill,
            -- The addend corrects rounding errors of the division: `quota` rounds down.
            (clock + lowest_seconds_to_fill - lowest_full_at) / lowest_seconds_per_token + 0.001);
    end if;
end $$;

-- Checks these buckets: each key is the name of a limit, and a client; those that are null are left out.
-- Returns as `quota` the state of the limit that rejects the request, or else of the one with the emptiest
-- bucket. The frame takes the tokens at its end (`take_tokens`), from `buckets`: their last slots, with the
-- sums and maxima of all. With `exact` the tokens are taken at once, and each request waits for the one before.
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
    keys text[], person uuid, address text, exact boolean default false,
    out quota text, out buckets app.buckets[]
) language plpgsql as $$
declare
    clock            float8 := extract(epoch from clock_timestamp());
    whole            app.buckets;
    full_at          float8;
    emptiest         app.buckets;
    emptiest_full_at float8;
begin
    if exact then
        for i in 1 .. cardinality(keys) loop
            perform pg_advisory_xact_lock(hashtextextended(keys[i], 0));
        end loop;
    end if;
    for i in 1 .. cardinality(keys) loop
        continue when keys[i] is null;
        select keys[i], max(bucket.slot), sum(bucket.taken), max(bucket.since), max(bucket.seconds_per_token),
               max(bucket.seconds_to_fill)
          into whole from app.buckets as bucket where bucket.key = keys[i];
        if whole.slot is null then
            select keys[i], 0, 0, clock, limits.seconds::float8 / limits.requests, limits.seconds into whole
              from app.limits where limits.name = split_part(keys[i], ' ', 1);
            continue when not found;
        end if;
        -- A bucket that is full now begins anew.
        whole.since := greatest(whole.since, clock - whole.taken * whole.seconds_per_token);
        full_at := whole.since + (whole.taken + 1) * whole.seconds_per_token;
        if full_at > clock + whole.seconds_to_fill then
            perform app.add_security_event('limit.hit', person, jsonb_build_object(
                'limit', split_part(whole.key, ' ', 1), 'address', address));
            quota := app.quota(true, split_part(whole.key, ' ', 1), full_at - whole.seconds_to_fill - clock,
                               whole.seconds_per_token, whole.seconds_to_fill, 0);
            buckets := null;
            return;
        end if;

        if exact then
            perform app.take_tokens(array[whole]);
        else
            buckets := buckets || whole;
        end if;

        if emptiest_full_at is null
           or (full_at - clock) / whole.seconds_to_fill
              > (emptiest_full_at - clock) / emptiest.seconds_to_fill then
            emptiest := whole;
            emptiest_full_at := full_at;
        end if;
    end loop;
    if emptiest_full_at is not null then
        quota := app.quota(
            false, split_part(emptiest.key, ' ', 1), emptiest_full_at - clock, emptiest.seconds_per_token,
            emptiest.seconds_to_fill,
            -- The addend corrects rounding errors of the division: `quota` rounds down.
            (clock + emptiest.seconds_to_fill - emptiest_full_at) / emptiest.seconds_per_token + 0.001);
    end if;
end $$;

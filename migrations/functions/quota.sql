-- The state of a rate limit, as the frame returns it to the client. `reset` is the time until the next
-- request is allowed, or until the bucket is full. `alone` is true for a request that has the database to
-- itself: it records itself for the metrics, and others leave that to one of many. 7002 is a lock for that
-- alone.
create or replace function app.quota(
    refused boolean, policy text, reset float8, seconds_per_token float8, seconds_to_fill float8,
    remaining float8
) returns text language sql volatile as $$
    select format('{"refused":%s,"policy":"%s","requests":%s,"seconds":%s,"remaining":%s,"reset":%s,'
                  '"alone":%s}',
                  to_json(refused), policy, (seconds_to_fill / seconds_per_token)::bigint, seconds_to_fill,
                  floor(remaining)::bigint, ceil(reset), to_json(pg_try_advisory_xact_lock(7002, 0)))
$$;

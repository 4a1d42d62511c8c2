-- The state of a rate limit, as the frame returns it to the client. `reset` is the time until the next
-- request is allowed, or until the bucket is full. `recorded` is true for a request that records itself for
-- the metrics.
create or replace function app.quota(
    refused boolean, policy text, reset float8, seconds_per_token float8, seconds_to_fill float8,
    remaining float8
) returns text language sql volatile as $$
    select format('{"refused":%s,"policy":"%s","requests":%s,"seconds":%s,"remaining":%s,"reset":%s,'
                  '"recorded":%s}',
                  to_json(refused), policy, (seconds_to_fill / seconds_per_token)::bigint, seconds_to_fill,
                  floor(remaining)::bigint, ceil(reset), to_json(app.acquire_recording()))
$$;

-- The state of a rate limit, as the frame returns it to the client.
create or replace function app.quota(
    refused boolean, policy text, reset float8, each float8, room float8, remaining float8
) returns text language sql stable as $$
    select format('{"refused":%s,"policy":"%s","quota":%s,"seconds":%s,"remaining":%s,"reset":%s}',
                  to_json(refused), policy, (room / each)::bigint, room, floor(remaining)::bigint,
                  ceil(reset))
$$;

-- The upper bounds of the buckets that durations of requests are counted in, in seconds. There is one more
-- bucket, without a bound.
create or replace function app.duration_bounds() returns float8[] language sql immutable as $$
    select '{0.01,0.025,0.05,0.1,0.25,0.5,1,5}'::float8[]
$$;

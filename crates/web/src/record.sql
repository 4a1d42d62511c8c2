-- frame: open, uncounted, for both
-- Counts a request, or as many as it stands for, with its duration and the time that it waited for Postgres.
insert into requests as counter (route, status, bucket, times, seconds, database_seconds)
select request.route, request.status, width_bucket(request.seconds, duration_bounds()), request.weight,
       request.seconds * request.weight, request.database_seconds * request.weight
  from jsonb_to_record(input) as request (
           route text, status smallint, weight int, seconds float8, database_seconds float8)
on conflict (route, status, bucket) do update
   set times = counter.times + excluded.times, seconds = counter.seconds + excluded.seconds,
       database_seconds = counter.database_seconds + excluded.database_seconds
returning 'row', 'true'

-- frame: open, uncounted
-- Keeps metrics for the requests of the next two seconds.
insert into kept_metrics (release, next_at, body)
values (input ->> 'release', clock_timestamp() + interval '2 seconds', input ->> 'body')
on conflict (release) do update set next_at = excluded.next_at, body = excluded.body
returning 'row', 'true'

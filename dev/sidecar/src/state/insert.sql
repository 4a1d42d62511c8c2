-- The first write wins over one that is there, unless that has expired.
insert into state as old (key, value, expires_at)
values ($1, $2, now() + make_interval(secs => $3))
on conflict (key) do update
   set value = excluded.value, updated_at = now(), etag = gen_random_uuid(), expires_at = excluded.expires_at
 where not $4 or old.expires_at < now()

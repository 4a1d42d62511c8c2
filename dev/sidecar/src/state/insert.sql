-- With first-write concurrency ($4), an existing item is replaced only if it has expired.
insert into state as old (key, value, expires_at)
values ($1, $2, now() + make_interval(secs => $3))
on conflict (key) do update
   set value = excluded.value, updated_at = now(), etag = gen_random_uuid(), expires_at = excluded.expires_at
 where not $4 or old.expires_at < now()

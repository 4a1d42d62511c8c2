update state
   set value = $2,
       updated_at = now(),
       etag = gen_random_uuid(),
       expires_at = now() + make_interval(secs => $3)
 where key = $1 and etag::text = lower($4) and (expires_at is null or expires_at >= now())

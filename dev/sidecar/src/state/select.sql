select key, value, etag::text, to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
  from state
 where key = any ($1) and (expires_at is null or expires_at >= now())

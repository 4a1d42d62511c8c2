-- Pauses or resumes publishing: during a pause every shard has a lease that never expires.
create or replace function app.set_publishing(is_on boolean) returns void language sql as $$
    update app.publishers
       set holder = null, until = case when is_on then '-infinity' else 'infinity' end::timestamptz
     where (until = 'infinity') = is_on
$$;

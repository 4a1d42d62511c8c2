-- Pauses or resumes publishing: during a pause every shard has a lease that never expires.
create or replace function app.set_publishing(wanted boolean) returns void language sql as $$
    update app.publishers
       set holder = null, until = case when wanted then '-infinity' else 'infinity' end::timestamptz
     where (until = 'infinity') = wanted
$$;

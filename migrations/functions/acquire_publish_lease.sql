-- Acquires the publish lease of a shard if it is free, and adds it to `taskflow.leases`, which the frame
-- returns. Returns true if this call has acquired it. A transaction tries each shard once.
--
-- No event is left behind: a publisher gives up its lease under the exclusive lock and checks the outbox once
-- more, and a transaction that found the lease taken holds the shared lock until its events are visible.
create or replace function app.acquire_publish_lease(shard smallint) returns boolean language plpgsql as $$
declare
    checked text := coalesce(current_setting('taskflow.checked_shards', true), '');
begin
    if position('.' || shard || '.' in checked) > 0 then
        return false;
    end if;
    perform set_config('taskflow.checked_shards', checked || '.' || shard || '.', true);
    -- 7001: the locks of shards, which publish.sql takes too.
    perform pg_advisory_xact_lock_shared(7001, shard);
    update app.publishers as publisher
       set holder = pg_current_xact_id()::text, until = clock_timestamp() + interval '5 seconds'
     where publisher.shard = (select free.shard from app.publishers as free
                               where free.shard = acquire_publish_lease.shard
                                 and free.until < clock_timestamp()
                                 for update skip locked);
    if not found then
        return false;
    end if;
    perform set_config('taskflow.leases', (
        coalesce(nullif(current_setting('taskflow.leases', true), '')::jsonb, '[]')
        || jsonb_build_object('shard', shard, 'holder', pg_current_xact_id()::text))::text, true);
    return true;
end $$;

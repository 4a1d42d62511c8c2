-- Makes this transaction the publisher of a shard if there is none. The publisher gives up its lease under
-- the exclusive lock, and looks once more: so it sees what was written by those who saw a publisher.
create or replace function app.wake(shard smallint) returns void language plpgsql as $$
declare
    looked text := coalesce(current_setting('taskflow.looked', true), '');
begin
    if position('.' || shard || '.' in looked) > 0 then
        return;
    end if;
    perform set_config('taskflow.looked', looked || '.' || shard || '.', true);
    perform pg_advisory_xact_lock_shared(7001, shard);
    update app.publishers as one
       set holder = pg_current_xact_id()::text, until = clock_timestamp() + interval '5 seconds'
     where one.shard = (select free.shard from app.publishers as free
                         where free.shard = wake.shard and free.until < clock_timestamp() for update skip locked);
    if found then
        -- The frame hands the leases of a transaction out with the reply.
        perform set_config('taskflow.leases', (
            coalesce(nullif(current_setting('taskflow.leases', true), '')::jsonb, '[]')
            || jsonb_build_object('shard', shard, 'holder', pg_current_xact_id()::text))::text, true);
    end if;
end $$;

-- Takes a token from each of these buckets, from its first slot that no other request in progress has. A
-- moment of many requests leaves more slots than are needed later, and each costs time to read: whoever has
-- the first one merges the last one into it, if there are more than four.
create or replace function app.take_tokens(buckets app.buckets[]) returns void language plpgsql as $$
declare
    whole     app.buckets;
    free_slot int;
begin
    foreach whole in array buckets loop
        if whole.slot < 4 then
            -- Usually nobody has the first one.
            update app.buckets as bucket
               set taken = bucket.taken + 1, since = greatest(bucket.since, whole.since)
             where bucket.key = whole.key and bucket.slot = 0
                 and pg_try_advisory_xact_lock(hashtextextended(whole.key, 0));
            continue when found;
        end if;

        free_slot := 0;
        while not pg_try_advisory_xact_lock(hashtextextended(whole.key, free_slot)) loop
            free_slot := free_slot + 1;
        end loop;
        if free_slot = 0 and whole.slot > 3 then
            with merged as (
                delete from app.buckets as bucket
                 where bucket.key = whole.key and bucket.slot = whole.slot
                     and pg_try_advisory_xact_lock(hashtextextended(whole.key, whole.slot))
                returning bucket.taken, bucket.since
            )
            update app.buckets as bucket
               set taken = bucket.taken + merged.taken, since = greatest(bucket.since, merged.since)
              from merged where bucket.key = whole.key and bucket.slot = 0;
        end if;
        update app.buckets as bucket
           set taken = bucket.taken + 1, since = greatest(bucket.since, whole.since)
         where bucket.key = whole.key and bucket.slot = free_slot;
        if not found then
            -- A new slot. The limit may have been changed just now, and its buckets deleted.
            insert into app.buckets (key, slot, taken, since, seconds_per_token, seconds_to_fill)
            select whole.key, free_slot, 1, whole.since, limits.seconds::float8 / limits.requests, limits.seconds
              from app.limits where limits.name = split_part(whole.key, ' ', 1);
        end if;
    end loop;
end $$;

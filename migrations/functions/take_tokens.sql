-- Takes a token from each of these buckets, from its first slot that no other request in progress has. A
-- moment of many requests leaves more slots than are needed later, and each costs time to read: whoever has
-- the first one merges the last one into it, if there are more than four.
create or replace function app.take_tokens(buckets app.buckets[]) returns void language plpgsql as $$
declare
    whole     app.buckets;
    free_slot int;
    keys      text[];
    slots     int[];
    sinces    float8[];
    taken     int;
begin
    foreach whole in array buckets loop
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
        keys := keys || whole.key;
        slots := slots || free_slot;
        sinces := sinces || whole.since;
    end loop;
    -- One statement for all, as each costs more than what it does.
    update app.buckets as bucket
       set taken = bucket.taken + 1,
           since = greatest(bucket.since, sinces[array_position(keys, bucket.key)])
     where bucket.key = any (keys) and bucket.slot = slots[array_position(keys, bucket.key)];
    get diagnostics taken = row_count;
    if taken < cardinality(keys) then
        -- New slots. The limit may have been changed just now, and its buckets deleted.
        insert into app.buckets (key, slot, taken, since, seconds_per_token, seconds_to_fill)
        select missing.key, missing.slot, 1, missing.since, limits.seconds::float8 / limits.requests,
               limits.seconds
          from unnest(keys, slots, sinces) as missing (key, slot, since)
          join app.limits on limits.name = split_part(missing.key, ' ', 1)
         where not exists (select from app.buckets as bucket
                            where bucket.key = missing.key and bucket.slot = missing.slot);
    end if;
end $$;

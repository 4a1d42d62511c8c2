-- frame: open, uncounted
-- Claims a permit to compute a password hash. Returns nothing if all are in use, or one by this network
-- address, which leaves the rest to others. No call waits for another, and a permit whose holder has crashed
-- ends by itself.
begin
    -- Of claims of an address at the very same moment, which do not see each other, one succeeds.
    if not pg_try_advisory_xact_lock(hashtextextended(concat('permit ', principal ->> 'address'), 0)) then
        return;
    end if;
    return query
    update hash_permits as permit
       set holder = input ->> 'holder', address = principal ->> 'address',
           until = clock_timestamp() + interval '10 seconds'
     where permit.number = (
           select free.number from hash_permits as free
            where free.until < clock_timestamp()
              and not exists (select from hash_permits as used
                               where used.until >= clock_timestamp()
                                 and used.address is not distinct from principal ->> 'address')
            order by free.number limit 1 for update skip locked)
    returning 'row', 'true';
end;

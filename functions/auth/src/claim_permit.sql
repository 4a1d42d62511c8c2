-- frame: open, uncounted
-- Claims a permit to compute a password hash. Returns nothing if all are in use, or two by this network
-- address, which leaves the rest to others; only claims at the very same moment may exceed that. No call
-- waits for another, and a permit whose holder has crashed ends by itself.
update hash_permits as permit
   set holder = input ->> 'holder', address = principal ->> 'address',
       until = clock_timestamp() + interval '10 seconds'
 where permit.number = (
       select free.number from hash_permits as free
        where free.until < clock_timestamp()
          and (select count(*) from hash_permits as used
                where used.until >= clock_timestamp()
                  and used.address is not distinct from principal ->> 'address') < 2
        order by free.number limit 1 for update skip locked)
returning 'row', 'true'

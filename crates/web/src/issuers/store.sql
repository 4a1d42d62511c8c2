-- frame: open, for both
-- Stores the keys of an issuer. Those that it has withdrawn are gone.
update issuers
   set keys = (input -> 'keys')::json, fetched_at = clock_timestamp(),
       max_age = (input ->> 'max_age')::int * interval '1 second'
 where issuers.issuer = input ->> 'issuer'
returning 'row', 'true'

-- frame: open, for both
-- Stores the keys of an issuer.
update issuers set keys = (input -> 'keys')::json, fetched_at = clock_timestamp()
 where issuers.issuer = input ->> 'issuer'
returning 'row', 'true'

-- frame: open, for both
-- Keeps the keys of an issuer that was asked for them.
update issuers set keys = (input -> 'keys')::json, kept_at = clock_timestamp()
 where issuers.issuer = input ->> 'issuer'
returning 'true'

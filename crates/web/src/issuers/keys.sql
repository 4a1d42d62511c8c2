-- frame: open, for both
-- Returns the keys of an issuer as they were when it last answered, and whether it has not answered since it was asked.
select json_build_object('keys', issuers.keys, 'asking', issuers.kept_at < issuers.asked_at)::text
  from issuers where issuers.issuer = input ->> 'issuer'

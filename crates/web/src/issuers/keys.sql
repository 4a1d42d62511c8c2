-- frame: open
-- Returns the keys of an issuer as they were when it was last asked, and whether it is being asked just now.
select json_build_object('keys', issuers.keys,
                         'asking', issuers.kept_at < issuers.asked_at
                                   and issuers.asked_at > clock_timestamp() - interval '10 seconds')::text
  from issuers where issuers.issuer = input ->> 'issuer'

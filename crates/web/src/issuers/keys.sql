-- frame: open, for both
-- Returns the stored keys of an issuer, and true as `is_fetching` if a later request for them has no response
-- yet, or has failed.
select 'row', json_build_object('keys', issuers.keys,
                                'is_fetching', issuers.fetched_at < issuers.requested_at)::text
  from issuers where issuers.issuer = input ->> 'issuer'

-- frame: open, for both
-- Returns the stored keys of an issuer; true as `is_stale` if their age is over, as `is_expired` if they are
-- older than a day, and as `is_fetching` if a later request for them has no response yet, or has failed.
select 'row', json_build_object('keys', issuers.keys,
                                'is_stale', issuers.fetched_at + issuers.max_age < clock_timestamp(),
                                'is_expired', issuers.fetched_at + interval '1 day' < clock_timestamp(),
                                'is_fetching', issuers.fetched_at < issuers.requested_at)::text
  from issuers where issuers.issuer = input ->> 'issuer'

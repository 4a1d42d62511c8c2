-- frame: open, for both
-- Returns the stored keys of an issuer, and true as `asking` if a later request for them is still unanswered.
select 'row', json_build_object('keys', issuers.keys, 'asking', issuers.kept_at < issuers.asked_at)::text
  from issuers where issuers.issuer = input ->> 'issuer'

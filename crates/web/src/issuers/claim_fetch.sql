-- frame: open, for both
-- Claims the right to fetch the keys of an issuer, for one request: when their age is over, and otherwise at
-- most once a minute. Returns true if it is granted.
with claimed as (
    insert into issuers as existing (issuer, requested_at) values (input ->> 'issuer', clock_timestamp())
    on conflict (issuer) do update set requested_at = excluded.requested_at
     where existing.requested_at < clock_timestamp() - interval '1 minute'
        -- A request without a response yet is not repeated, nor one that has failed.
        or existing.fetched_at >= existing.requested_at
           and existing.fetched_at + existing.max_age < clock_timestamp()
    returning 1
)
select 'row', exists (select from claimed)::text

-- frame: open, for both
-- Claims the right to fetch the keys of an issuer: at most once a minute, by one request. Returns true if it
-- is granted.
with claimed as (
    insert into issuers as existing (issuer, requested_at) values (input ->> 'issuer', clock_timestamp())
    on conflict (issuer) do update set requested_at = excluded.requested_at
     where existing.requested_at < clock_timestamp() - interval '1 minute'
    returning 1
)
select 'row', exists (select from claimed)::text

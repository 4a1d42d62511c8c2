-- frame: open, for both
-- Claims the right to fetch the keys of an issuer: at most once a minute, by one request. Returns true if it
-- is granted.
with claimed as (
    insert into issuers as existing (issuer, asked_at) values (input ->> 'issuer', clock_timestamp())
    on conflict (issuer) do update set asked_at = excluded.asked_at
     where existing.asked_at < clock_timestamp() - interval '1 minute'
    returning 1
)
select 'row', exists (select from claimed)::text

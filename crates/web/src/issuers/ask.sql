-- frame: open, for both
-- Says whether the issuer may be asked for its keys now: once a minute at the most, by one request.
with asking as (
    insert into issuers as known (issuer, asked_at) values (input ->> 'issuer', clock_timestamp())
    on conflict (issuer) do update set asked_at = excluded.asked_at
     where known.asked_at < clock_timestamp() - interval '1 minute'
    returning 1
)
select exists (select from asking)::text

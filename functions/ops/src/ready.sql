-- frame: open, uncounted
-- Says whether the bodies of this release are all here, and whether events leave: how many wait, as far as it counts, and
-- the age of the oldest. It is uncounted, as what asks again and again must never hear that it asks too much.
select json_build_object(
    'installed', exists (select from releases where releases.release = input ->> 'release'),
    'depth', (select count(*) from (select from outbox limit 10000) as waiting),
    'oldest_seconds', (select greatest(0, floor(extract(epoch from clock_timestamp() - min(oldest.occurred_at))))
                         from publishers as one,
                              lateral (select first.occurred_at from outbox as first
                                        where first.shard = one.shard order by first.position limit 1) as oldest))::text

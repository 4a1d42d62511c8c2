-- frame: open, uncounted
-- Returns true as `installed` if the statements of this release are there, with the number of waiting events
-- (up to a bound) and the age of the oldest. It is uncounted, as health checks must never be rate-limited.
select 'row', json_build_object(
    'installed', exists (select from releases where releases.release = input ->> 'release'),
    'depth', (select count(*) from (select from outbox limit 10000) as waiting),
    'oldest_seconds', (select greatest(0,
        floor(extract(epoch from clock_timestamp() - min(oldest.occurred_at))))
                         from publishers as one,
                              lateral (select first.occurred_at from outbox as first
                                        where first.shard = one.shard order by first.position
                                            limit 1) as oldest))::text

-- frame: open, uncounted
-- Returns true as `installed` if the statements of this release are installed, with the number of waiting
-- events (up to a bound) and the age of the oldest. Health checks are uncounted: a rate limit must not fail
-- them.
select 'row', json_build_object(
    'installed', exists (select from releases where releases.release = input ->> 'release'),
    'depth', (select count(*) from (select from outbox limit 10000) as waiting),
    'oldest_seconds', (select greatest(0, floor(
                              extract(epoch from clock_timestamp() - min(oldest.occurred_at))))
                         from publishers,
                              lateral (select outbox.occurred_at from outbox
                                        where outbox.shard = publishers.shard
                                        order by outbox.position limit 1) as oldest))::text

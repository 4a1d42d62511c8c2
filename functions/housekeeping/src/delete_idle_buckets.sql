-- frame: open, for service
-- Deletes buckets that have been full for an hour, among the next thousands after a key. Their time changes
-- with each request, so an index by it would slow down all of them. Returns the last key, or nothing at the
-- end.
with page as materialized (
    select buckets.key, max(buckets.since) + sum(buckets.taken) * max(buckets.seconds_per_token) as full_at
      from buckets where buckets.key > input ->> 'after'
     group by buckets.key order by buckets.key limit 5000
), deleted as (
    delete from buckets
     where buckets.ctid = any (array(
           select idle.ctid from page join buckets as idle on idle.key = page.key
            where page.full_at < extract(epoch from now()) - 3600
              for update of idle skip locked))
)
select 'row', to_json(max(page.key))::text from page having count(*) > 0

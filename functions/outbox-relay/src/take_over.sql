-- frame: open, uncounted, for service
-- Takes the leases of all shards that have waiting events and no publisher. Returns the numbers of these
-- shards.
select 'row', to_json(free.shard)::text
  from (select publishers.shard, acquire_publish_lease(publishers.shard) from publishers
         where publishers.until < clock_timestamp()
           and exists (select from outbox where outbox.shard = publishers.shard)) as free

-- frame: open, for service
-- Acquires the leases of all shards that have waiting events and no publisher. Returns the numbers of these
-- shards, without those whose lease another request has acquired meanwhile.
select 'row', to_json(waiting.shard)::text
  from (select publishers.shard, acquire_publish_lease(publishers.shard) as is_acquired from publishers
         where publishers.until < clock_timestamp()
           and exists (select from outbox where outbox.shard = publishers.shard)) as waiting
 where waiting.is_acquired

-- frame: open, uncounted, for service
-- Takes the lease of every shard with waiting events and no publisher. Returns a row for each.
select 'row', to_json(one.shard)::text
  from (select publishers.shard, wake(publishers.shard) from publishers
         where publishers.until < clock_timestamp()
           and exists (select from outbox where outbox.shard = publishers.shard)) as one

-- frame: open, uncounted, for service
-- Makes this request the publisher of every shard in which events wait and that has none.
select to_json(one.shard)::text
  from (select publishers.shard, wake(publishers.shard) from publishers
         where publishers.until < clock_timestamp()
           and exists (select from outbox where outbox.shard = publishers.shard)) as one

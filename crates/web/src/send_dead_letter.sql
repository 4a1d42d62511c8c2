-- frame: open, for service
-- Adds an event that a consumer cannot take to the outbox, for the consumer's dead letters, so that it is
-- not lost even if Dapr drops it.
with letter as (
    insert into outbox (topic, type, user_id, seq, actor, correlation_id, shard, event)
    values ((input ->> 'consumer') || '-dead-letters', coalesce(input #>> '{event,type}', 'unreadable'), null,
            0, 'system', principal ->> 'correlation_id', 0, (input -> 'event')::json)
    returning shard
)
select 'row', 'true'
  from letter, acquire_publish_lease(letter.shard), increment_counter('dead', input ->> 'consumer')

-- frame: open, for service
-- Sends dead letters again that were tried as often as it goes: what was away then may be back. What fails for ever is left to
-- people; so is what cannot be read.
with letters as (
    update dead_letters as letter set replayed_at = now()
     where (letter.consumer, letter.event_id) in (
           select old.consumer, old.event_id from dead_letters as old
            where old.replayed_at is null and old.times <= 10 and old.reason = 'failed as often as it was tried'
              and old.event ->> 'type' <> '' and old.topic <> 'unknown'
            order by old.died_at limit 1000 for update skip locked)
    returning letter.topic, letter.event::jsonb as event
), sent as (
    select send_again(topic, event) from letters
)
select 'true' from sent

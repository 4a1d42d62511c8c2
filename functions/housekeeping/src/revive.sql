-- frame: open, for service
-- Replays dead letters that ran out of retries, as the cause of the failure may be gone. Events that always
-- fail or cannot be parsed are left to operators.
with letters as (
    update dead_letters as letter set replayed_at = now()
     where (letter.consumer, letter.event_id) in (
           select old.consumer, old.event_id from dead_letters as old
            where old.replayed_at is null and old.times <= 10
              and old.reason = 'failed as often as it was tried'
              and old.event ->> 'type' <> '' and old.topic <> 'unknown'
            order by old.died_at limit 1000 for update skip locked)
    returning letter.topic, letter.event::jsonb as event
), requeued as (
    select requeue_event(topic, event) from letters
)
select 'row', 'true' from requeued

-- frame: open, for service
-- Replays dead letters that ran out of retries: whatever failed then may work again. Those that always fail
-- or cannot be read are left to operators.
with letters as (
    update dead_letters as letter set replayed_at = now()
     where (letter.consumer, letter.event_id) in (
           select old.consumer, old.event_id from dead_letters as old
            where old.replayed_at is null and old.times <= 10
                and old.reason = 'failed as often as it was tried'
              and old.event ->> 'type' <> '' and old.topic <> 'unknown'
            order by old.died_at limit 1000 for update skip locked)
    returning letter.topic, letter.event::jsonb as event
), sent as (
    select requeue_event(topic, event) from letters
)
select 'row', 'true' from sent

-- frame: open, for service
-- Requeues dead letters that ran out of retries, as the cause of the failure may be gone. Events that always
-- fail or cannot be parsed are left to operators. Returns a row for each.
with letters as (
    update dead_letters as letter set requeued_at = now()
     where (letter.consumer, letter.event_id) in (
           select failed.consumer, failed.event_id from dead_letters as failed
            where failed.requeued_at is null and failed.reason = 'retries_exhausted'
              -- The first failure precedes the first requeue, so this requeues an event ten times at most.
              and failed.failures <= 10
              and failed.event ->> 'type' <> '' and failed.topic <> 'unknown'
            order by failed.failed_at limit (input ->> 'limit')::int for update skip locked)
    returning letter.topic, letter.event::jsonb as event
), requeued as (
    select requeue_event(topic, event) from letters
)
select 'row', 'true' from requeued

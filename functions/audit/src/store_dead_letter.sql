-- frame: open, for service
-- Stores a dead letter. It may be delivered twice, and a requeued event may fail again. That of a deleted
-- user is stored without its contents.
insert into dead_letters as existing (consumer, event_id, topic, reason, event)
values (input ->> 'consumer',
        -- The id of a foreign event may have any length.
        case when length(input #>> '{event,id}') <= 200 then input #>> '{event,id}'
             else md5(input ->> 'event') end,
        -- Dapr adds the topic; dead letters that TaskFlow itself wrote have none.
        coalesce(input #>> '{event,topic}', 'unknown'),
        -- TaskFlow states the reason; Dapr, which gives up after its retries, does not.
        coalesce(input #>> '{event,deadletterreason}', 'retries_exhausted'),
        case when exists (select from removals where removals.user_id = (input ->> 'user')::uuid)
             then jsonb_set(input -> 'event', '{data}',
                            erase_contents((input #> '{event,data}')::json)::jsonb)
             else input -> 'event' end)
on conflict (consumer, event_id) do update
   set failures = existing.failures + 1, failed_at = now(), requeued_at = null, reason = excluded.reason,
       event = excluded.event
returning 'row', 'true'

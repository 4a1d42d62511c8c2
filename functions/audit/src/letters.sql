-- frame: open, uncounted, for service
-- Stores a dead letter. It may be delivered twice, and a consumer may fail again at one that was replayed.
insert into dead_letters as known (consumer, event_id, topic, reason, event)
values (input ->> 'consumer',
        -- A foreign event may have an id of any length.
        case when length(input #>> '{event,id}') <= 200 then input #>> '{event,id}'
            else md5(input ->> 'event') end,
        -- Dapr adds the topic; dead letters of TaskFlow's own have none.
        coalesce(input #>> '{event,topic}', 'unknown'),
        coalesce(input #>> '{event,deadletterreason}', 'failed as often as it was tried'),
        input -> 'event')
on conflict (consumer, event_id) do update
   set times = known.times + 1, died_at = now(), replayed_at = null, reason = excluded.reason,
       event = excluded.event
returning 'row', 'true'

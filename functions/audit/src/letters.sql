-- frame: open, uncounted, for service
-- Keeps a dead letter. The same one may come again, and a consumer may fail again at one that was sent again.
insert into dead_letters as known (consumer, event_id, topic, reason, event)
values (input ->> 'consumer',
        -- What somebody else has sent may have an id of any length.
        case when length(input #>> '{event,id}') <= 200 then input #>> '{event,id}' else md5(input ->> 'event') end,
        -- Dapr says where it was published, and what TaskFlow has put aside itself says nothing.
        coalesce(input #>> '{event,topic}', 'unknown'),
        coalesce(input #>> '{event,deadletterreason}', 'failed as often as it was tried'),
        input -> 'event')
on conflict (consumer, event_id) do update
   set times = known.times + 1, died_at = now(), replayed_at = null, reason = excluded.reason, event = excluded.event
returning 'true'

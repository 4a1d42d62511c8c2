-- Adds what consumers have recorded of the events of the last week, apart from those that they have taken.
insert into app.consumed_events (consumer, event_id, type, outcome, delay_ms, took_ms, at)
select consumer, event.event_id, event.event_type, 'done', 200, 0.1, event.occurred_at
  from app.audit as event, unnest('{audit,recurrence}'::text[]) as consumer
 where event.occurred_at > now() - interval '7 days'
    on conflict do nothing

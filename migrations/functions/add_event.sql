-- Adds an event to the outbox, and acquires the publish lease of its shard if that is free.
create or replace function app.add_event(
    topic text, type text, person uuid, seq bigint, subject uuid, before json, after json, details jsonb
) returns void language plpgsql as $$
begin
    -- `clock_timestamp()`, so that the events of one transaction have different times.
    insert into app.outbox (topic, type, user_id, seq, subject_id, actor, actor_name, correlation_id,
                            traceparent, occurred_at, before, after, details, shard)
    values (topic, type, person, seq, subject, coalesce(app.context('actor'), 'system'),
            app.context('actor_name'), app.context('correlation_id'), app.context('traceparent'),
            clock_timestamp(), before, after, details, app.shard(person));
    perform app.acquire_publish_lease(app.shard(person));
end $$;

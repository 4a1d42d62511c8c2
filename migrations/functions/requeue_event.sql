-- Puts a dead letter back into the outbox. It keeps its id, so that consumers that have taken it skip it.
create or replace function app.requeue_event(topic text, event jsonb) returns void language plpgsql as $$
declare
    -- Null if it is not a UUID, which may be the reason why the event could not be taken.
    person uuid := case when event #>> '{data,user_id}' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                        then (event #>> '{data,user_id}')::uuid end;
begin
    insert into app.outbox (topic, type, user_id, seq, actor, shard, event)
    values (topic, event ->> 'type', person, 0, 'system', app.shard(person),
            event - '{topic,pubsubname,deadletterreason}'::text[]);
end $$;

-- frame: open, uncounted, for both
-- Records which events the publisher of a shard has sent and which failed, and returns the next ones, some
-- hundred at once, in the order of each user. A row `event` has its topics and its entry of a bulk publish;
-- `retry` asks the publisher to call again. Without rows the publisher has lost its lease.
declare
    shard_number     smallint := (input ->> 'shard')::smallint;
    lease_holder     text := input ->> 'holder';
    failed_positions bigint[] := array(select position::bigint
                                         from jsonb_array_elements_text(input -> 'failed') as position);
    sent_positions   bigint[] := array(select position::bigint
                                         from jsonb_array_elements_text(input -> 'sent') as position);
    attempted        int := cardinality(failed_positions) + cardinality(sent_positions);
    publish_error    text := left(input ->> 'error', 500);
    publisher        publishers;
    -- True if the failed events themselves are the cause, not the broker.
    are_invalid      boolean;
    -- A batch that fails as a whole is retried in smaller ones, until the event that makes it fail is alone.
    batch_size       int;
    batch_bytes      int := 0;
    -- Positions of the only events to try; null for all.
    candidates       bigint[];
    next_event       record;
    retried_users    uuid[] := '{}';
    is_empty         boolean := true;
    is_locked        boolean := false;
begin
    with deleted as (
        delete from outbox where outbox.shard = shard_number and outbox.position = any (sent_positions)
        returning outbox.user_id, outbox.event_id
    )
    delete from held using deleted where held.user_id = coalesce(deleted.user_id, deleted.event_id);
    update publishers
       set published = publishers.published + cardinality(sent_positions),
           failed = publishers.failed + cardinality(failed_positions),
           succeeded_at = case when cardinality(sent_positions) > 0 then clock_timestamp()
                               else publishers.succeeded_at end
     where publishers.shard = shard_number and attempted > 0;

    -- A publisher that took longer than its lease has been replaced.
    update publishers
       set until = clock_timestamp() + interval '5 seconds',
           -- After a failure batches grow again step by step: the first success changes nothing, and each
           -- further one halves `failures`.
           failures = case when cardinality(sent_positions) > 0 and publishers.last_error is null
                               then publishers.failures / 2
                           when cardinality(failed_positions) > 0 and cardinality(sent_positions) = 0
                               then least(publishers.failures + 1, 20)
                           else publishers.failures end,
           last_error = case when cardinality(failed_positions) > 0 then publish_error
                             when cardinality(sent_positions) = 0 then publishers.last_error end
     where publishers.shard = shard_number and publishers.holder = lease_holder
       and publishers.until > clock_timestamp()
    returning publishers.* into publisher;
    if not found then
        return;
    end if;

    -- An event that fails while others succeed is invalid, and delays its user: longer each time. One that
    -- was tried alone is invalid only if another one has succeeded since it first failed.
    if attempted = 1 then
        update outbox
           set failed_at = coalesce(outbox.failed_at, clock_timestamp()), last_error = publish_error
         where outbox.shard = shard_number and outbox.position = any (failed_positions);
    end if;
    are_invalid := cardinality(failed_positions) > 0 and (
        cardinality(sent_positions) > 0
        or attempted = 1 and exists (
            select from outbox where outbox.shard = shard_number and outbox.position = any (failed_positions)
               and outbox.failed_at < publisher.succeeded_at));
    if are_invalid then
        update outbox
           set attempts = outbox.attempts + 1, failed_at = coalesce(outbox.failed_at, clock_timestamp()),
               last_error = publish_error
         where outbox.shard = shard_number and outbox.position = any (failed_positions);
        insert into held (user_id, shard, until)
        select distinct on (coalesce(event.user_id, event.event_id))
               coalesce(event.user_id, event.event_id), shard_number,
               clock_timestamp()
                   + least(300, 0.5 * 2 ^ event.attempts) * (0.75 + random() / 2) * interval '1 second'
          from outbox as event where event.shard = shard_number and event.position = any (failed_positions)
         order by coalesce(event.user_id, event.event_id), event.position
        on conflict (user_id) do update set until = excluded.until;
        -- An event that fails for an hour, while others succeed, is parked.
        with deleted as (
            delete from outbox
             where outbox.shard = shard_number and outbox.position = any (failed_positions)
               and outbox.attempts >= 8
               and outbox.failed_at < least(publisher.succeeded_at, now() - interval '1 hour')
            returning outbox.*
        ), released as (
            delete from held using deleted where held.user_id = coalesce(deleted.user_id, deleted.event_id)
        )
        insert into parked select deleted.*, clock_timestamp() from deleted;
    end if;

    -- If nothing succeeds, the shard backs off.
    if attempted > 0 and cardinality(sent_positions) = 0 and not are_invalid then
        update publishers
           set holder = null,
               until = clock_timestamp()
                   + least(15, 0.25 * 2 ^ publishers.failures) * (0.75 + random() / 2) * interval '1 second'
         where publishers.shard = shard_number;
        return;
    end if;
    if (input ->> 'gives_up')::boolean then
        update publishers set holder = null, until = '-infinity' where publishers.shard = shard_number;
        return;
    end if;

    batch_size := greatest(1, (select settings.publish_batch from settings) >> least(publisher.failures, 9));
    -- A batch may succeed in part. So until something succeeds again only the first event of each user is
    -- tried, and nothing overtakes it. Users come in random order, so that one whose first event always fails
    -- does not delay the others.
    if publisher.failures > 0 and cardinality(sent_positions) = 0 then
        candidates := array(
            select first.position
              from (select distinct on (coalesce(event.user_id, event.event_id)) event.position
                      from outbox as event
                      left join held on held.user_id = coalesce(event.user_id, event.event_id)
                     where event.shard = shard_number and (held.until > clock_timestamp()) is not true
                     order by coalesce(event.user_id, event.event_id), event.position) as first
             order by random() limit batch_size);
    end if;

    loop
        for next_event in
            select waiting.position, waiting.topic, person.key,
                   coalesce(waiting.event::text, cloud_event(waiting)) as text, held.until as held
              from outbox as waiting
             cross join lateral (select coalesce(waiting.user_id, waiting.event_id)) as person (key)
              left join held on held.user_id = person.key
             where waiting.shard = shard_number and (held.until > clock_timestamp()) is not true
               and (candidates is null or waiting.position = any (candidates))
             order by waiting.position limit batch_size
        loop
            -- A user whose delay has just ended starts with one event too.
            if next_event.held is not null then
                continue when next_event.key = any (retried_users);
                retried_users := retried_users || next_event.key;
            end if;
            batch_bytes := batch_bytes + octet_length(next_event.text);
            exit when batch_bytes > 1500000 and not is_empty;
            kind := 'event';
            body := json_build_object(
                'position', next_event.position,
                'topics', case next_event.topic when 'task-events' then '["task-events","task-updates"]'::json
                                                else to_json(array[next_event.topic]) end,
                'entry', json_build_object(
                    'entryId', next_event.position::text, 'contentType', 'application/cloudevents+json',
                    'metadata', json_build_object('partitionKey', next_event.key),
                    'event', next_event.text::json));
            return next;
            is_empty := false;
        end loop;
        exit when not is_empty or is_locked;
        -- Writers that found the lease taken hold the lock until their events are visible. While one does,
        -- the publisher calls again: if it waited here, all other writers would wait behind it.
        -- 7001: the locks of shards, which app.acquire_publish_lease takes too.
        if not pg_try_advisory_xact_lock(7001, shard_number) then
            kind := 'retry';
            body := 'null';
            return next;
            return;
        end if;
        is_locked := true;
    end loop;
    if is_empty then
        update publishers set holder = null, until = '-infinity' where publishers.shard = shard_number;
    end if;
end;

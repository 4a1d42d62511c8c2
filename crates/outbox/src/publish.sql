-- frame: open, uncounted, for both
-- Records which events the publisher of a shard has sent and which failed, and returns the next ones, some
-- hundred at once, in the order of each user. A row `event` has its topics and its entry of a bulk publish;
-- `retry` asks the publisher to call again. Without rows the publisher has lost its lease.
declare
    which     smallint := (input ->> 'shard')::smallint;
    lease     text := input ->> 'holder';
    broken    bigint[] := array(select position::bigint
        from jsonb_array_elements_text(input -> 'failed') as position);
    done      bigint[] := array(select position::bigint
        from jsonb_array_elements_text(input -> 'done') as position);
    tried     int := cardinality(broken) + cardinality(done);
    publish_problem text := left(input ->> 'problem', 500);
    publisher publishers;
    -- A group that fails as a whole is tried in smaller groups, until the event that makes it fail is alone.
    batch     int;
    firsts    bigint[];
    size      int := 0;
    waiting   record;
    is_empty  boolean := true;
    probed    uuid[] := '{}';
    emptied   boolean := false;
    guilty    boolean;
begin
    with gone as (
        delete from outbox where outbox.shard = which and outbox.position = any (done)
            returning outbox.user_id, outbox.event_id
    )
    delete from held using gone where held.user_id = coalesce(gone.user_id, gone.event_id);
    update publishers as one
       set published = one.published + cardinality(done), failed = one.failed + cardinality(broken),
           succeeded_at = case when cardinality(done) > 0 then clock_timestamp() else one.succeeded_at end
     where one.shard = which and tried > 0;

    -- A publisher that took longer than its lease has been replaced.
    update publishers as one
       set until = clock_timestamp() + interval '5 seconds',
           -- After a failure groups grow again step by step: not with the first success, then twice as large
           -- each time.
           failures = case when cardinality(done) > 0 and one.problem is null then one.failures / 2
                           when cardinality(broken) > 0 and cardinality(done) = 0
                               then least(one.failures + 1, 20)
                           else one.failures end,
           problem = case when cardinality(broken) > 0 then publish_problem when cardinality(done) = 0
               then one.problem end
     where one.shard = which and one.holder = lease and one.until > clock_timestamp()
    returning one.* into publisher;
    if not found then
        return;
    end if;

    -- An event that fails while others succeed is at fault itself, and holds up its user: longer each time.
    -- One that fails alone may have failed like any other would have.
    if tried = 1 then
        update outbox set failed_at = coalesce(outbox.failed_at, clock_timestamp()), problem = publish_problem
         where outbox.shard = which and outbox.position = any (broken);
    end if;
    guilty := cardinality(broken) > 0 and (cardinality(done) > 0 or tried = 1 and exists (
        select from outbox where outbox.shard = which and outbox.position = any (broken)
            and outbox.failed_at < publisher.succeeded_at));
    if guilty then
        update outbox set attempts = outbox.attempts + 1,
            failed_at = coalesce(outbox.failed_at, clock_timestamp()), problem = publish_problem
         where outbox.shard = which and outbox.position = any (broken);
        insert into held (user_id, shard, until)
        select distinct on (coalesce(event.user_id, event.event_id)) coalesce(event.user_id, event.event_id),
            which,
               clock_timestamp() + least(300,
                   0.5 * 2 ^ event.attempts) * (0.75 + random() / 2) * interval '1 second'
          from outbox as event where event.shard = which and event.position = any (broken)
         order by coalesce(event.user_id, event.event_id), event.position
        on conflict (user_id) do update set until = excluded.until;
        -- An event that fails for an hour, while others succeed, is parked.
        with gone as (
            delete from outbox where outbox.shard = which and outbox.position = any (broken)
                and outbox.attempts >= 8
                                 and outbox.failed_at < least(publisher.succeeded_at,
                                     now() - interval '1 hour')
            returning outbox.*
        ), free as (
            delete from held using gone where held.user_id = coalesce(gone.user_id, gone.event_id)
        )
        insert into parked select gone.*, clock_timestamp() from gone;
    end if;

    -- The shard rests if nothing succeeds.
    if tried > 0 and cardinality(done) = 0 and not guilty then
        update publishers as one
           set holder = null,
               until = clock_timestamp() + least(15,
                   0.25 * 2 ^ one.failures) * (0.75 + random() / 2) * interval '1 second'
         where one.shard = which;
        return;
    end if;
    if (input ->> 'leaves')::boolean then
        update publishers as one set holder = null, until = '-infinity' where one.shard = which;
        return;
    end if;

    batch := greatest(1, (select settings.publish_batch from settings) >> least(publisher.failures, 9));
    -- A group may succeed in part. So until something succeeds again only the first event of each user is
    -- tried, and nothing overtakes it; users come at random, so that one whose first event always fails does
    -- not hold up the others.
    if publisher.failures > 0 and cardinality(done) = 0 then
        firsts := array(
            select one.position
              from (select distinct on (coalesce(event.user_id, event.event_id)) event.position
                      from outbox as event left join held
                          on held.user_id = coalesce(event.user_id, event.event_id)
                     where event.shard = which and (held.until > clock_timestamp()) is not true
                     order by coalesce(event.user_id, event.event_id), event.position) as one
             order by random() limit batch);
    end if;

    loop
        for waiting in
            select one.position, one.topic, person.key, coalesce(one.event::text, cloud_event(one)) as text,
                held.until as held
              from outbox as one cross join lateral (select coalesce(one.user_id,
                  one.event_id)) as person (key)
                   left join held on held.user_id = person.key
             where one.shard = which and (held.until > clock_timestamp()) is not true
               and (firsts is null or one.position = any (firsts))
             order by one.position limit batch
        loop
            -- The same for a user who was held up until now.
            if waiting.held is not null then
                continue when waiting.key = any (probed);
                probed := probed || waiting.key;
            end if;
            size := size + octet_length(waiting.text);
            exit when size > 1500000 and not is_empty;
            kind := 'event';
            body := json_build_object(
                'position', waiting.position,
                'topics', case waiting.topic when 'task-events' then '["task-events","task-updates"]'::json
                                           else to_json(array[waiting.topic]) end,
                'entry', json_build_object(
                    'entryId', waiting.position::text, 'contentType', 'application/cloudevents+json',
                    'metadata', json_build_object('partitionKey', waiting.key), 'event', waiting.text::json));
            return next;
            is_empty := false;
        end loop;
        exit when not is_empty or emptied;
        -- Writers who saw this publisher hold the lock until their events are visible. While one does, the
        -- publisher calls again: if it waited here, all other writers would wait behind it.
        if not pg_try_advisory_xact_lock(7001, which) then
            kind := 'retry';
            body := 'null';
            return next;
            return;
        end if;
        emptied := true;
    end loop;
    if is_empty then
        update publishers as one set holder = null, until = '-infinity' where one.shard = which;
    end if;
end;

-- frame: open, in steps, uncounted, for both
-- Notes what the publisher of a shard has sent and what failed, and gives it what waits, some hundred at once, in the order of
-- each user. Two rows an event: where it goes, and the entry of a bulk publish. One row alone: it is to come again. Without rows
-- it is no longer the publisher.
declare
    which     smallint := (input ->> 'shard')::smallint;
    whose     text := input ->> 'holder';
    broken    bigint[] := (select coalesce(array_agg(position::bigint), '{}') from jsonb_array_elements_text(input -> 'failed') as position);
    done      bigint[] := (select coalesce(array_agg(position::bigint), '{}') from jsonb_array_elements_text(input -> 'done') as position);
    tried     int := cardinality(broken) + cardinality(done);
    told      text := left(input ->> 'problem', 500);
    publisher publishers;
    -- What fails as a whole is tried in smaller groups, until what makes it fail is alone.
    most      int;
    firsts    bigint[];
    size      int := 0;
    row       record;
    probed    uuid[] := '{}';
    emptied   boolean := false;
    guilty    boolean;
begin
    with gone as (
        delete from outbox where outbox.shard = which and outbox.position = any (done) returning outbox.user_id, outbox.event_id
    )
    delete from held using gone where held.user_id = coalesce(gone.user_id, gone.event_id);
    update publishers as one
       set published = one.published + cardinality(done), failed = one.failed + cardinality(broken),
           succeeded_at = case when cardinality(done) > 0 then clock_timestamp() else one.succeeded_at end
     where one.shard = which and tried > 0;

    -- Whoever took longer than the lease has been followed by somebody else.
    update publishers as one
       set until = clock_timestamp() + interval '5 seconds',
           -- After a failure groups grow again little by little: not with the first that goes out, then twice as large each time.
           failures = case when cardinality(done) > 0 and one.problem is null then one.failures / 2
                           when cardinality(broken) > 0 and cardinality(done) = 0 then least(one.failures + 1, 20)
                           else one.failures end,
           problem = case when cardinality(broken) > 0 then told when cardinality(done) = 0 then one.problem end
     where one.shard = which and one.holder = whose and one.until > clock_timestamp()
    returning one.* into publisher;
    if not found then
        return;
    end if;

    -- One that fails while others do not has itself to blame, and makes its user wait: longer each time. One that fails alone may
    -- only share the fate of all.
    if tried = 1 then
        update outbox set failed_at = coalesce(outbox.failed_at, clock_timestamp()), problem = told
         where outbox.shard = which and outbox.position = any (broken);
    end if;
    guilty := cardinality(broken) > 0 and (cardinality(done) > 0 or tried = 1 and exists (
        select from outbox where outbox.shard = which and outbox.position = any (broken) and outbox.failed_at < publisher.succeeded_at));
    if guilty then
        update outbox set attempts = outbox.attempts + 1, failed_at = coalesce(outbox.failed_at, clock_timestamp()), problem = told
         where outbox.shard = which and outbox.position = any (broken);
        insert into held (user_id, shard, until)
        select distinct on (coalesce(event.user_id, event.event_id)) coalesce(event.user_id, event.event_id), which,
               clock_timestamp() + least(300, 0.5 * 2 ^ event.attempts) * (0.75 + random() / 2) * interval '1 second'
          from outbox as event where event.shard = which and event.position = any (broken)
         order by coalesce(event.user_id, event.event_id), event.position
        on conflict (user_id) do update set until = excluded.until;
        -- What fails for an hour, although others do not, is put aside.
        with gone as (
            delete from outbox where outbox.shard = which and outbox.position = any (broken) and outbox.attempts >= 8
                                 and outbox.failed_at < least(publisher.succeeded_at, now() - interval '1 hour')
            returning outbox.*
        ), free as (
            delete from held using gone where held.user_id = coalesce(gone.user_id, gone.event_id)
        )
        insert into parked select gone.*, clock_timestamp() from gone;
    end if;

    -- When nothing goes through, the shard rests.
    if tried > 0 and cardinality(done) = 0 and not guilty then
        update publishers as one
           set holder = null,
               until = clock_timestamp() + least(15, 0.25 * 2 ^ one.failures) * (0.75 + random() / 2) * interval '1 second'
         where one.shard = which;
        return;
    end if;
    if (input ->> 'leaves')::boolean then
        update publishers as one set holder = null, until = '-infinity' where one.shard = which;
        return;
    end if;

    most := greatest(1, (select settings.publish_batch from settings) >> least(publisher.failures, 9));
    -- Of a group some may go out and others not. So until something has gone out again only the first event of each user is tried,
    -- and nothing overtakes it; of users at random, so that one whose first can never go out is not in the way of the others.
    if publisher.failures > 0 and cardinality(done) = 0 then
        firsts := array(
            select one.position
              from (select distinct on (coalesce(event.user_id, event.event_id)) event.position
                      from outbox as event left join held on held.user_id = coalesce(event.user_id, event.event_id)
                     where event.shard = which and (held.until > clock_timestamp()) is not true
                     order by coalesce(event.user_id, event.event_id), event.position) as one
             order by random() limit most);
    end if;

    loop
        for row in
            select one.position, one.topic, person.key, coalesce(one.event::text, cloud_event(one)) as text, held.until as held
              from outbox as one cross join lateral (select coalesce(one.user_id, one.event_id)) as person (key)
                   left join held on held.user_id = person.key
             where one.shard = which and (held.until > clock_timestamp()) is not true
               and (firsts is null or one.position = any (firsts))
             order by one.position limit most
        loop
            -- The same for a user who was held up until now.
            if row.held is not null then
                continue when row.key = any (probed);
                probed := probed || row.key;
            end if;
            size := size + octet_length(row.text);
            exit when size > 1500000 and lines <> '{}';
            line := '{"position":' || row.position || ',"topics":'
                || case row.topic when 'task-events' then '["task-events","task-updates"]' else to_json(array[row.topic])::text end || '}';
            return next line;
            line := '{"entryId":"' || row.position || '","contentType":"application/cloudevents+json","metadata":{"partitionKey":"'
                || row.key || '"},"event":' || row.text || '}';
            return next line;
            lines := array[line];
        end loop;
        exit when lines <> '{}' or emptied;
        -- Writers who saw this publisher hold the lock until what they wrote can be seen. While one does, it comes again: if it
        -- waited here, all other writers would wait behind it.
        if not pg_try_advisory_xact_lock(7001, which) then
            return next 'null';
            lines := array['null'];
            exit;
        end if;
        emptied := true;
    end loop;
    if lines = '{}' then
        update publishers as one set holder = null, until = '-infinity' where one.shard = which;
    end if;
end;

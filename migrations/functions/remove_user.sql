-- Makes a step of deleting a user, of up to 2000 rows: of all that is theirs, and of the contents of their
-- audit trail, of which types, ids and times stay. Most users are gone after the first one; `app.removals` has
-- those who are not. From the first step on nobody can sign in as the user, and nothing says who it was.
create or replace function app.remove_user(person uuid) returns void language plpgsql as $$
declare
    remaining  int := 2000;
    removal    app.removals;
    table_name text;
    deleted    int;
    erased     int;
    last       timestamptz;
begin
    perform from app.users where users.id = person for no key update;
    insert into app.removals (user_id) values (person) on conflict do nothing;
    select * into removal from app.removals where removals.user_id = person for update;
    -- Rows that are deleted now leave neither tombstones nor events.
    perform set_config('taskflow.removing', person::text, true);
    update app.streams set ends_at = now() where streams.user_id = person;
    perform app.refund_link(mails) from app.mails where mails.user_id = person;
    -- Whatever gives access comes first, and a series after its tasks, which it would delete all at once.
    foreach table_name in array array[
        'sessions', 'tokens', 'identities', 'links', 'mails', 'tasks', 'series', 'notifications',
        'tombstones', 'answers', 'used_ids', 'totals', 'full_syncs', 'conflicts', 'stream_positions',
        'incidents', 'outbox', 'parked', 'held', 'high_water_marks']
    loop
        execute format('delete from app.%1$I
                         where ctid = any (array(select ctid from app.%1$I where user_id = $1 limit $2))',
                       table_name)
          using person, remaining;
        get diagnostics deleted = row_count;
        remaining := remaining - deleted;
    end loop;
    if remaining = 0 then
        update app.users
           set email = null, email_verified = false, new_email = null, name = null, password_hash = null,
               admin = false, email_reminders = false
         where users.id = person;
        update app.removals set next_at = now() where removals.user_id = person;
        return;
    end if;
    delete from app.users where users.id = person;
    delete from app.dead_letters where dead_letters.event #>> '{data,user_id}' = person::text;

    with seen as materialized (
        select event.occurred_at, event.event_id from app.audit as event
         where event.user_id = person and event.occurred_at >= removal.erased_to
         order by event.occurred_at, event.event_id limit remaining
    ), changed as (
        update app.audit as event set data = app.erase_contents(event.data)
          from seen
         where event.occurred_at = seen.occurred_at and event.event_id = seen.event_id
           and event.data::text <> app.erase_contents(event.data)::text
    )
    select count(*), max(seen.occurred_at) into erased, last from seen;
    update app.removals
       set erased_to = case when erased = remaining then last else '-infinity' end,
           next_at = case when erased = remaining then now()
                          -- A consumer may have been storing an event with its contents when this began. A
                          -- second pass, a minute later, finds it.
                          when removal.began_at > now() - interval '1 minute'
                              then now() + interval '1 minute' end
     where removals.user_id = person;
end $$;

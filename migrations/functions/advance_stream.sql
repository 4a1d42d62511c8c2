-- Moves the position of a user that proxies know on to the newest one. Returns a row `publish` with the
-- message to tell them, `{"user", "previous", "page"}`, or nothing if they know it already. With `spaced`, a
-- message that would follow another one within 100 ms is put off: then the row is `later`, with the user.
create or replace function app.advance_stream(person uuid, spaced boolean)
returns table (kind text, body text) language plpgsql as $$
#variable_conflict use_column
declare
    known app.stream_positions;
    page  json;
begin
    -- Nobody knows what streams have got if the position was lost, so they have to ask.
    insert into app.stream_positions (user_id, seq, uncertain)
    select users.id, users.seq, true from app.users where users.id = person
    on conflict (user_id) do nothing;
    if found then
        return;
    end if;
    select position.* into known from app.stream_positions as position
     where position.user_id = person for update;
    -- The next statement sees what has been committed while this one waited for the lock.
    if not found or not exists (select from app.users where users.id = person and users.seq > known.seq) then
        return;
    end if;
    -- A time in the future is from before the clock was set back.
    if spaced and known.published_at between clock_timestamp() - interval '100 milliseconds'
                                         and clock_timestamp() then
        return query select 'later', to_json(person)::text;
        return;
    end if;
    page := app.stream_page(person, known.seq, null);
    update app.stream_positions as position
       set seq = (page ->> 'seq')::bigint, published_at = clock_timestamp()
     where position.user_id = person;
    return query select 'publish', json_build_object(
                                       'user', person, 'previous', known.seq, 'page', page)::text;
end $$;

-- frame: open, for service
-- Returns what to tell proxies of those of the users who have a stream that a proxy holds: rows `publish` and
-- `later` of `app.advance_stream`.
declare
    person uuid;
begin
    for person in
        select distinct streams.user_id from streams
         where streams.proxied
           and streams.user_id = any (array(
               select named::uuid from jsonb_array_elements_text(input -> 'users') as named))
         order by streams.user_id
    loop
        return query select * from advance_stream(person, true);
    end loop;
end;

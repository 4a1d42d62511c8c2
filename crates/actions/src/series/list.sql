-- frame: read
-- Returns a page of the caller's series, newest first: `{items, next_cursor}`. A page of long texts ends
-- before its limit.
declare
    found_series series;
    item         text;
    items        text[] := '{}';
    bytes        int := 0;
    last_time    timestamptz;
    last_id      uuid;
    next_cursor  text;
begin
    for found_series in
        select series.* from series
         where series.user_id = caller
           and (input ->> 'status' is null or (series.place is null) = (input ->> 'status' = 'ended'))
           and (input -> 'after' is null
                or (series.created_at, series.id)
                   < ((input #>> '{after,key}')::timestamptz, (input #>> '{after,id}')::uuid))
         order by series.created_at desc, series.id desc limit (input ->> 'limit')::int + 1
    loop
        item := client_json(found_series)::text;
        bytes := bytes + octet_length(item) + 1;
        if cardinality(items) = (input ->> 'limit')::int
           or bytes > page_bytes(principal) and cardinality(items) > 0 then
            next_cursor := page_cursor(to_json(last_time) #>> '{}', last_id, input ->> 'fingerprint');
            exit;
        end if;
        items := items || item;
        last_time := found_series.created_at;
        last_id := found_series.id;
    end loop;
    return query select 'row', format('{"items":[%s],"next_cursor":%s}', array_to_string(items, ','),
                                      coalesce(to_json(next_cursor)::text, 'null'));
end;

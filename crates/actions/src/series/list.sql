-- frame: read
-- Returns a page of the caller's series, newest first: `{items, next_cursor}`.
with page as materialized (
    select series as item, row_number() over (order by series.created_at desc, series.id desc) as number
      from series
     where series.user_id = caller
       and (input ->> 'status' is null or (series.place is null) = (input ->> 'status' = 'ended'))
       and (input -> 'after' is null
            or (series.created_at, series.id)
               < ((input #>> '{after,key}')::timestamptz, (input #>> '{after,id}')::uuid))
     order by series.created_at desc, series.id desc limit (input ->> 'limit')::int + 1
)
select 'row', json_build_object(
    'items', (select coalesce(json_agg(client_json(item) order by number), '[]') from page
               where number <= (input ->> 'limit')::int),
    'next_cursor', (select page_cursor(to_json((item).created_at) #>> '{}', (item).id,
                                       input ->> 'fingerprint')
                      from page
                     where number = (input ->> 'limit')::int
                       and exists (select from page as next
                                    where next.number > (input ->> 'limit')::int)))::text

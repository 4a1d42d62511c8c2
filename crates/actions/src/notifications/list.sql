-- frame: read, for both
-- Returns a page of the caller's notifications, newest first: `{items, next_cursor}`.
with page as materialized (
    select notifications as item,
           row_number() over (order by notifications.created_at desc, notifications.id desc) as number
      from notifications
     where notifications.user_id = caller
       and (input ->> 'unread' is null or (notifications.read_at is null) = (input ->> 'unread')::boolean)
       and (input -> 'after' is null
            or (notifications.created_at, notifications.id)
               < ((input #>> '{after,key}')::timestamptz, (input #>> '{after,id}')::uuid))
     order by notifications.created_at desc, notifications.id desc limit (input ->> 'limit')::int + 1
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

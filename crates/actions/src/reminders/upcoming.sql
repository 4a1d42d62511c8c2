-- frame: read
-- Returns a page of the caller's pending reminders, nearest first: `{items, next_cursor}`.
with page as materialized (
    select reminders as item, row_number() over (order by reminders.remind_at, reminders.id) as number
      from reminders
     where reminders.user_id = caller and reminders.status = 'pending' and reminders.notification_id is null
       and (input -> 'after' is null
            or (reminders.remind_at, reminders.id)
               > ((input #>> '{after,key}')::timestamptz, (input #>> '{after,id}')::uuid))
     order by reminders.remind_at, reminders.id limit (input ->> 'limit')::int + 1
)
select 'row', json_build_object(
    'items', (select coalesce(json_agg(client_json(item) order by number), '[]') from page
               where number <= (input ->> 'limit')::int),
    'next_cursor', (select page_cursor(to_json((item).remind_at) #>> '{}', (item).id,
                                       input ->> 'fingerprint')
                      from page
                     where number = (input ->> 'limit')::int
                       and exists (select from page as next
                                    where next.number > (input ->> 'limit')::int)))::text

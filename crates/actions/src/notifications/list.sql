-- frame: read, for both
-- Returns notifications of the caller, the newest first. Two rows: the list, and the place of its last one where more follow.
with found as materialized (
    select notifications as one,
           row_number() over (order by notifications.created_at desc, notifications.id desc) as number from notifications
     where notifications.user_id = caller
       and (input ->> 'unread' is null or (notifications.read_at is null) = (input ->> 'unread')::boolean)
       and (input -> 'after' is null or (notifications.created_at, notifications.id)
                                        < ((input #>> '{after,key}')::timestamptz, (input #>> '{after,id}')::uuid))
     order by notifications.created_at desc, notifications.id desc limit (input ->> 'limit')::int + 1
)
select unnest(array[
    (select coalesce(json_agg(shown(one) order by number), '[]') from found where number <= (input ->> 'limit')::int)::text,
    coalesce((select json_build_object('key', (one).created_at, 'id', (one).id) from found
               where number = (input ->> 'limit')::int
                 and exists (select from found as more where more.number > (input ->> 'limit')::int))::text, 'null')])

-- frame: read
-- Returns reminders of the caller that are to come, the nearest first. Two rows: the list, and the place of its last one where
-- more follow.
with found as materialized (
    select reminders as one, row_number() over (order by reminders.remind_at, reminders.id) as number from reminders
     where reminders.user_id = caller and reminders.status = 'pending' and reminders.notification_id is null
       and (input -> 'after' is null
            or (reminders.remind_at, reminders.id) > ((input #>> '{after,key}')::timestamptz, (input #>> '{after,id}')::uuid))
     order by reminders.remind_at, reminders.id limit (input ->> 'limit')::int + 1
)
select unnest(array[
    (select coalesce(json_agg(shown(one) order by number), '[]') from found where number <= (input ->> 'limit')::int)::text,
    coalesce((select json_build_object('key', (one).remind_at, 'id', (one).id) from found
               where number = (input ->> 'limit')::int
                 and exists (select from found as more where more.number > (input ->> 'limit')::int))::text, 'null')])

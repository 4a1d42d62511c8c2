-- frame: write, for both
-- Marks a notification of the caller as read. A notification that was read keeps its time.
update notifications set read_at = coalesce(notifications.read_at, now())
 where notifications.id = (input ->> 'id')::uuid and notifications.user_id = caller
returning 'row', client_json(notifications)::text

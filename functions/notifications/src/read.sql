-- frame: write, for both
-- Marks a notification of the caller as read. When it was read first stays.
update notifications set read_at = coalesce(notifications.read_at, now())
 where notifications.id = (input ->> 'id')::uuid and notifications.user_id = caller
returning shown(notifications)::text

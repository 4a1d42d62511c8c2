-- frame: write, for both
-- Marks all notifications of the caller as read.
with reserved as materialized (
    select reserve_seqs(caller, count(*)) from notifications
     where notifications.user_id = caller and notifications.read_at is null
), changed as (
    update notifications set read_at = now() from reserved
     where notifications.user_id = caller and notifications.read_at is null
    returning notifications.id
)
select 'row', json_build_object('read', (select count(*) from changed))::text

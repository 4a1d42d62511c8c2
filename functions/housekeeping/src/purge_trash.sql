-- frame: write, for service
-- Deletes tasks of a user that have been in the trash for more than 30 days, and notifications that are older
-- than 90 days: up to 500 of each. Returns a row for each task.
with old as materialized (
    select task.id from tasks as task
     where task.user_id = caller and task.deleted_at < now() - interval '30 days'
     order by task.deleted_at limit 500
), reserved as materialized (
    select reserve_seqs(caller, (select count(*) from old)
                              + (select count(*) from reminders
                                  where reminders.task_id in (select old.id from old)))
), deleted_notifications as (
    delete from notifications where notifications.id in (
           select notifications.id from notifications
            where notifications.user_id = caller and notifications.created_at < now() - interval '90 days'
            order by notifications.created_at limit 500)
)
delete from tasks using old, reserved where tasks.id = old.id
returning 'row', to_json(tasks.id)::text

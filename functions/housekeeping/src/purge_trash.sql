-- frame: write, for service
-- Deletes for good what the user has had in the trash for more than 30 days: some hundreds at a time.
with old as materialized (
    select task.id from tasks as task
     where task.user_id = caller and task.deleted_at < now() - interval '30 days'
     order by task.deleted_at limit 500
), reserved as materialized (
    select reserve(caller, (select count(*) from old))
)
delete from tasks using old, reserved where tasks.id = old.id
returning to_json(tasks.id)::text

-- frame: open, for service
-- Names users who have something in the trash for more than 30 days.
select to_json(task.user_id)::text from tasks as task
 where task.deleted_at < now() - interval '30 days'
 group by task.user_id limit (input ->> 'limit')::int

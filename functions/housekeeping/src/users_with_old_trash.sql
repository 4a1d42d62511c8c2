-- frame: open, for service
-- Names users who have something in the trash for more than 30 days, or were told something more than 90 days ago.
select to_json(old.user_id)::text
  from (select task.user_id from tasks as task where task.deleted_at < now() - interval '30 days'
        union all
        select notifications.user_id from notifications where notifications.created_at < now() - interval '90 days') as old
 group by old.user_id limit (input ->> 'limit')::int

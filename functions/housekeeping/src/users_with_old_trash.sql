-- frame: open, for service
-- Returns users with tasks that have been in the trash for more than 30 days, or notifications that are older
-- than 90 days.
select 'row', to_json(old.user_id)::text
  from (select task.user_id from tasks as task where task.deleted_at < now() - interval '30 days'
        union all
        select notifications.user_id from notifications
         where notifications.created_at < now() - interval '90 days') as old
 group by old.user_id limit (input ->> 'limit')::int

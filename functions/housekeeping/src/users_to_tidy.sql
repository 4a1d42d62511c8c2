-- frame: open, for service
-- Returns some of the users who have something to tidy up, as `tidy_user.sql` does: those with the oldest
-- things, without those in `skipped`.
declare
    skipped uuid[] := array(select id::uuid from jsonb_array_elements_text(input -> 'skipped') as id);
begin
    return query
        select 'row', to_json(found.user_id)::text
          from ((select started.user_id from zone_changes as started
                  where started.user_id <> all (skipped)
                  order by started.changed_at limit 200)
                union
                (select task.user_id from tasks as task
                  where task.deleted_at < now() - interval '30 days' and task.user_id <> all (skipped)
                  order by task.deleted_at limit 1000)
                union
                (select notifications.user_id from notifications
                  where notifications.created_at < now() - interval '90 days'
                    and notifications.user_id <> all (skipped)
                  order by notifications.created_at limit 1000)
                union
                (select tombstone.user_id from tombstones as tombstone
                  where tombstone.created_at < now() - interval '90 days'
                    and tombstone.user_id <> all (skipped)
                  order by tombstone.created_at limit 1000)) as found;
end;

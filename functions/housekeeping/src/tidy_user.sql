-- frame: write, for service
-- Tidies up after a user: finishes a change of the time zone, and deletes tasks that have been in the trash
-- for more than 30 days, and notifications and tombstones that are older than 90 days. Some hundred changes
-- of each, as other changes of the user wait meanwhile. Returns a row for each purged task.
declare
    task_ids         uuid[];
    notification_ids uuid[] := array(
        select notifications.id from notifications
         where notifications.user_id = caller and notifications.created_at < now() - interval '90 days'
         order by notifications.created_at limit 500);
    -- Each task, reminder and notification leaves a tombstone.
    amount           bigint;
begin
    perform move_to_zone(caller);

    select coalesce(array_agg(chosen.id), '{}'), coalesce(sum(chosen.things), 0) into task_ids, amount
      from (select old.*, sum(old.things) over (order by old.number) as total
              from (select task.id, row_number() over (order by task.deleted_at, task.id) as number,
                           1 + (select count(*) from reminders where reminders.task_id = task.id) as things
                      from tasks as task
                     where task.user_id = caller and task.deleted_at < now() - interval '30 days'
                     order by task.deleted_at, task.id limit 500) as old) as chosen
     where chosen.total <= 500 or chosen.number = 1;
    perform reserve_seqs(caller, amount + cardinality(notification_ids));
    return query delete from tasks where tasks.id = any (task_ids) returning 'row', to_json(tasks.id)::text;
    delete from notifications where notifications.id = any (notification_ids);

    -- Clients that have synced less than this must sync from the start.
    with deleted as (
        delete from tombstones
         where tombstones.user_id = caller
           and tombstones.seq = any (array(
               select old.seq from tombstones as old
                where old.user_id = caller and old.created_at < now() - interval '90 days'
                order by old.seq limit 1000))
        returning tombstones.seq
    )
    update users set forgotten_seq = greatest(users.forgotten_seq, forgotten.seq)
      from (select max(deleted.seq) as seq from deleted) as forgotten
     where users.id = caller and forgotten.seq is not null;
end;

-- Takes back what completing an occurrence has led to, as it is open again: the occurrences that followed it
-- are withdrawn, and if its series has ended with it, the end too. All of it stays if the user has changed
-- one of these occurrences or its reminders.
create or replace function app.withdraw_followers(reopened app.tasks) returns void language plpgsql as $$
declare
    current_series app.series;
    followers      uuid[];
    follower       uuid;
begin
    -- Missed occurrences are made together with the next one, by completing the one before all of them.
    if reopened.missed then
        return;
    end if;
    select * into current_series from app.series where series.id = reopened.recurring_task_id;
    followers := array(
        select task.id from app.tasks as task
         where task.recurring_task_id = current_series.id and task.occurrence > reopened.occurrence
           and (task.missed or task.occurrence = current_series.occurrences)
           and task.version = 1
           and not exists (select from app.reminders as reminder
                            where reminder.task_id = task.id
                              and (reminder.created_at <> task.created_at or reminder.snoozed_at is not null))
           and (select count(*) from app.reminders as reminder where reminder.task_id = task.id)
               = case when task.missed then 0 else jsonb_array_length(current_series.reminders) end
         order by task.occurrence);
    -- Others are changed, purged, or made by completing a later one.
    if cardinality(followers) < current_series.occurrences - reopened.occurrence then
        return;
    end if;

    if cardinality(followers) > 0 then
        -- A tombstone and an event for each occurrence, the reminders of the next one, and the series.
        perform app.reserve_seqs(current_series.user_id,
                                 2 * cardinality(followers)
                                 + jsonb_array_length(current_series.reminders) + 1);
    end if;
    foreach follower in array followers loop
        delete from app.tasks where tasks.id = follower;
        perform app.add_event('task-events', 'recurring.withdrawn', current_series.user_id,
                              app.next_seq(current_series.user_id), current_series.id, null, null,
                              jsonb_build_object('source_task_id', reopened.id, 'task_id', follower));
    end loop;
    update app.series
       set occurrences = reopened.occurrence,
           place       = case when not series.stopped then reopened.place end
     where series.id = current_series.id;
    perform set_config('taskflow.reserved', '', true);
end $$;

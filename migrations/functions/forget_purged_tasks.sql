-- Removes purged tasks from notifications, so that nothing of their text stays there: a notification that is
-- about no other task is deleted, and a digest names those that are left.
create or replace function app.forget_purged_tasks() returns trigger language plpgsql as $$
declare
    purged_ids   uuid[] := array(select purged.id from purged);
    -- Without those of users who are deleted too.
    user_ids     uuid[] := array(
        select distinct users.id from purged join app.users on users.id = purged.user_id
         where users.id::text is distinct from current_setting('taskflow.removing', true));
    notification app.notifications;
    left_ids     uuid[];
    becomes_one  boolean;
begin
    for notification in
        select * from app.notifications as about
         where about.user_id = any (user_ids) and about.task_ids && purged_ids
           -- None is older than its tasks.
           and about.created_at >= (select min(purged.created_at) from purged)
    loop
        left_ids := array(
            select task.id from unnest(notification.task_ids) with ordinality as task (id, number)
             where task.id <> all (purged_ids) order by task.number);
        if cardinality(left_ids) = 0 then
            delete from app.notifications where notifications.id = notification.id;
        else
            becomes_one := cardinality(left_ids) = 1 and notification.kind = 'digest';
            update app.notifications as about
               set task_ids = left_ids, title = app.notification_title(about.kind, left_ids),
                   kind = case when becomes_one then 'reminder' else about.kind end,
                   due_date = (select tasks.due_date from app.tasks
                                where becomes_one and tasks.id = left_ids[1])
             where about.id = notification.id;
        end if;
    end loop;
    return null;
end $$;

create or replace trigger forget_purged_tasks after delete on app.tasks
    referencing old table as purged for each statement execute function app.forget_purged_tasks();

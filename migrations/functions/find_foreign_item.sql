-- The thing with this id if another user has it, as `{"task_id": …}`; null otherwise.
create or replace function app.find_foreign_item(thing uuid, caller uuid)
returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('task_id', tasks.id) from app.tasks
             where tasks.id = thing and tasks.user_id <> caller
            union all
            select jsonb_build_object('recurring_task_id', series.id) from app.series
             where series.id = thing and series.user_id <> caller
            union all
            select jsonb_build_object('reminder_id', reminders.id) from app.reminders
             where reminders.id = thing and reminders.user_id <> caller
            union all
            select jsonb_build_object('notification_id', notifications.id) from app.notifications
             where notifications.id = thing and notifications.user_id <> caller
            limit 1);
end $$;

-- The task, series, reminder, notification, token or session with this id if it belongs to another user, as
-- `{"task_id": …}`; null otherwise.
create or replace function app.find_foreign_item(item_id uuid, caller uuid)
returns jsonb language plpgsql stable as $$
begin
    return (select jsonb_build_object('task_id', tasks.id) from app.tasks
             where tasks.id = item_id and tasks.user_id <> caller
            union all
            select jsonb_build_object('recurring_task_id', series.id) from app.series
             where series.id = item_id and series.user_id <> caller
            union all
            select jsonb_build_object('reminder_id', reminders.id) from app.reminders
             where reminders.id = item_id and reminders.user_id <> caller
            union all
            select jsonb_build_object('notification_id', notifications.id) from app.notifications
             where notifications.id = item_id and notifications.user_id <> caller
            union all
            select jsonb_build_object('token_id', tokens.id) from app.tokens
             where tokens.id = item_id and tokens.user_id <> caller
            union all
            select jsonb_build_object('session_id', sessions.id) from app.sessions
             where sessions.id = item_id and sessions.user_id <> caller
            limit 1);
end $$;

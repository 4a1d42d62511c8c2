-- A task, series, reminder or notification as clients see it. The composite types define the fields and their
-- order.
create or replace function app.client_json(task app.tasks) returns json language sql stable as $$
    select row_to_json(row(
        task.id, task.title, task.description, task.status, task.priority, task.tags,
        task.due_date, task.all_day, task.recurring_task_id, task.missed,
        task.created_at, task.updated_at, task.completed_at, task.deleted_at,
        task.version, task.seq
    )::app.task)
$$;

create or replace function app.client_json(series app.series) returns json language plpgsql stable as $$
declare
    rule jsonb := series.rule;
    zone text := rule ->> 'timezone';
begin
    return row_to_json(row(
        series.id, series.title, series.description, series.priority, series.tags,
        rule -> 'frequency', rule -> 'interval', rule -> 'by_weekday', rule -> 'day_of_month',
        rule -> 'anchor',
        app.schedule_bound_json(rule ->> 'start_date', zone),
        app.schedule_bound_json(rule ->> 'end_date', zone), rule -> 'timezone', series.reminders,
        app.planned_due_date(series, series.place),
        case when series.place is null then 'ended' else 'active' end,
        series.created_at, series.updated_at, series.version, series.seq
    )::app.recurring_task);
end $$;

create or replace function app.client_json(reminder app.reminders) returns json language plpgsql stable as $$
begin
    if reminder.before is null then
        return row_to_json(row(
            reminder.id, reminder.task_id, reminder.at, reminder.remind_at, reminder.status,
            reminder.attempts, reminder.sent_at, reminder.created_at
        )::app.absolute_reminder);
    end if;
    return row_to_json(row(
        reminder.id, reminder.task_id, reminder.before, reminder.remind_at, reminder.status,
        reminder.attempts, reminder.sent_at, reminder.created_at
    )::app.relative_reminder);
end $$;

create or replace function app.client_json(notification app.notifications) returns json
language plpgsql stable as $$
begin
    if cardinality(notification.task_ids) = 1 then
        return row_to_json(row(
            notification.id, notification.kind, notification.title, notification.task_ids[1],
            notification.due_date, '/tasks/' || notification.task_ids[1], notification.late,
            notification.read_at, notification.created_at
        )::app.notification);
    end if;
    return row_to_json(row(
        notification.id, notification.kind, notification.title, notification.task_ids, notification.due_date,
        '/notifications', notification.late, notification.read_at, notification.created_at
    )::app.notification_of_several);
end $$;

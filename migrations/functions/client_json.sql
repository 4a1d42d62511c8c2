-- A task, series, reminder or notification as clients see it. The composite types define the fields and their
-- order.
create or replace function app.client_json(t app.tasks) returns json language sql stable as $$
    select row_to_json(row(
        t.id, t.title, t.description, t.status, t.priority, t.tags,
        t.due_date, t.all_day, t.recurring_task_id, t.missed,
        t.created_at, t.updated_at, t.completed_at, t.deleted_at,
        t.version, t.seq
    )::app.task)
$$;

create or replace function app.client_json(s app.series) returns json language plpgsql stable as $$
declare
    zone text := s.rule ->> 'timezone';
begin
    return row_to_json(row(
        s.id, s.title, s.description, s.priority, s.tags,
        s.rule -> 'frequency', s.rule -> 'interval', s.rule -> 'by_weekday', s.rule -> 'day_of_month',
        s.rule -> 'anchor', app.schedule_bound_json(s.rule ->> 'start_date', zone),
        app.schedule_bound_json(s.rule ->> 'end_date', zone), s.rule -> 'timezone', s.reminders,
        app.planned_due_date(s, s.place), case when s.place is null then 'ended' else 'active' end,
        s.created_at, s.updated_at, s.version, s.seq
    )::app.recurring_task);
end $$;

create or replace function app.client_json(r app.reminders) returns json language plpgsql stable as $$
begin
    if r.before is null then
        return row_to_json(row(r.id, r.task_id, r.at, r.remind_at, r.status, r.attempts, r.sent_at,
                               r.created_at)::app.absolute_reminder);
    end if;
    return row_to_json(row(r.id, r.task_id, r.before, r.remind_at, r.status, r.attempts, r.sent_at,
                           r.created_at)::app.relative_reminder);
end $$;

create or replace function app.client_json(n app.notifications) returns json language plpgsql stable as $$
begin
    if cardinality(n.task_ids) = 1 then
        return row_to_json(row(n.id, n.kind, n.title, n.task_ids[1], n.due_date, '/tasks/' || n.task_ids[1],
                               n.late, n.read_at, n.created_at)::app.notification);
    end if;
    return row_to_json(row(n.id, n.kind, n.title, n.task_ids, n.due_date, '/notifications', n.late,
                           n.read_at, n.created_at)::app.notification_of_several);
end $$;

-- The progress of a series: its rule, its place, and the state of its newest occurrence.
create or replace function app.progress(series app.series) returns jsonb language plpgsql stable as $$
declare
    newest app.tasks;
begin
    select * into newest from app.tasks
     where tasks.recurring_task_id = series.id and tasks.occurrence = series.occurrences;
    return jsonb_build_object(
        'version', series.version, 'rule', series.rule, 'zone', app.zone(series.user_id),
        'place', app.format_place(series, series.place),
        'is_open', coalesce(newest.status = 'active' and newest.deleted_at is null, false),
        'is_done', coalesce(newest.status = 'completed', false),
        'closed_at', coalesce(newest.completed_at, newest.deleted_at));
end $$;

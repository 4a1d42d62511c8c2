-- The progress of a series as `actions` parses it: its rule, its place, and the state of its newest
-- occurrence.
create or replace function app.progress(s app.series) returns jsonb language plpgsql stable as $$
declare
    newest app.tasks;
begin
    select * into newest from app.tasks
     where tasks.recurring_task_id = s.id and tasks.occurrence = s.occurrences;
    return jsonb_build_object(
        'version', s.version, 'rule', s.rule, 'zone', app.zone(s.user_id),
        'place', app.format_place(s, s.place),
        'is_open', coalesce(newest.status = 'active' and newest.deleted_at is null, false),
        'is_done', coalesce(newest.status = 'completed', false),
        'closed_at', coalesce(newest.completed_at, newest.deleted_at));
end $$;

-- The open occurrence of a series: its newest task, if that is active and the series has not ended.
create or replace function app.open_occurrence(series app.series) returns uuid language plpgsql stable as $$
begin
    return (select task.id from app.tasks as task
             where task.recurring_task_id = series.id and task.occurrence = series.occurrences
               and series.place is not null
               and task.status = 'active' and task.deleted_at is null);
end $$;

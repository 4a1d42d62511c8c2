-- frame: read
-- Returns the progress of a series of the caller, with the occurrence before the newest one.
select 'row', (progress(series) || jsonb_build_object(
           'own_zone', series.own_zone, 'occurrences', series.occurrences,
           'finished', (select jsonb_build_object(
                                   'place', format_place(series, task.place),
                                   'at', coalesce(task.completed_at, task.deleted_at,
                                                  planned_due_date(series, task.place)))
                          from tasks as task
                         where task.recurring_task_id = series.id and task.occurrence < series.occurrences
                         order by task.occurrence desc limit 1)))::text
  from series where series.id = (input ->> 'id')::uuid and series.user_id = caller

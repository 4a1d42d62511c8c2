-- frame: read
-- Returns a series of the caller, in two rows: as it is shown, and how far it has come, with which occurrence was before the
-- newest one.
with found as materialized (
    select series as it from series where series.id = (input ->> 'id')::uuid and series.user_id = caller
)
select unnest(array[
    shown(it)::text,
    (progress(it) || jsonb_build_object(
        'own_zone', (it).own_zone, 'occurrences', (it).occurrences,
        'finished', (select jsonb_build_object('place', wall(it, task.place),
                                               'at', coalesce(task.completed_at, task.deleted_at, planned(it, task.place)))
                       from tasks as task
                      where task.recurring_task_id = (it).id and task.occurrence < (it).occurrences
                      order by task.occurrence desc limit 1)))::text])
  from found

-- Adds an occurrence of a series, with the reminders of the series unless it was missed.
create or replace function app.make_occurrence(
    series app.series, occurrence int, id uuid, place timestamp, missed boolean
) returns void language plpgsql as $$
begin
    insert into app.tasks (id, user_id, title, description, priority, tags, due_date, all_day,
                           recurring_task_id, occurrence, place, missed)
    values (id, series.user_id, series.title, series.description, series.priority, series.tags,
            app.planned_due_date(series, place), app.is_all_day(series), series.id, occurrence, place,
            missed);
    if not missed then
        insert into app.reminders (user_id, task_id, before)
        select series.user_id, make_occurrence.id, reminder ->> 'before'
          from jsonb_array_elements(series.reminders) as reminder;
    end if;
end $$;

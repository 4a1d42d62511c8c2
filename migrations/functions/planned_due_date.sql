-- The due date that a place in the schedule of a series stands for. A day ends in the user's zone, as for
-- every task.
create or replace function app.planned_due_date(series app.series, place timestamp)
returns timestamptz language plpgsql stable as $$
begin
    if app.is_all_day(series) then
        return app.end_of_day(place::date, app.zone(series.user_id));
    end if;
    return app.instant(place, series.rule ->> 'timezone');
end $$;

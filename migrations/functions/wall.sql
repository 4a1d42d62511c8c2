-- A place in the schedule of a series as `domain` writes it: a day, or a wall-clock time.
create or replace function app.wall(series app.series, place timestamp)
returns text language plpgsql immutable as $$
begin
    return case when app.is_all_day(series) then place::date::text else to_json(place) #>> '{}' end;
end $$;

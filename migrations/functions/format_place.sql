-- A place of a series in the format of `domain`'s `WallClock`: a local date, or a local date and time.
create or replace function app.format_place(series app.series, place timestamp)
returns text language plpgsql immutable as $$
begin
    return case when app.is_all_day(series) then place::date::text else to_json(place) #>> '{}' end;
end $$;

-- The start or end of a series as clients see it: a date unchanged, a wall-clock time as an instant.
create or replace function app.schedule_bound_json(wall_clock text, zone text)
returns json language plpgsql immutable as $$
begin
    return case when length(wall_clock) = 10 then to_json(wall_clock)
                else to_json(app.instant(wall_clock::timestamp, zone)) end;
end $$;

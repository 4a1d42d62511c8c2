-- A start or end of a series as clients see it: a day as it is, a wall-clock time as an instant.
create or replace function app.schedule_bound_json(wall text, zone text) returns json language plpgsql immutable as $$
begin
    return case when length(wall) = 10 then to_json(wall)
                else to_json(app.instant(wall::timestamp, zone)) end;
end $$;

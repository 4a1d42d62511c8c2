-- Parses a place in a schedule, which `domain` writes as a date or a wall-clock time. A date means the end of
-- its day.
create or replace function app.parse_place(wall_clock text) returns timestamp language plpgsql immutable as $$
begin
    return case when length(wall_clock) = 10 then wall_clock::date + time '23:59'
                else wall_clock::timestamp end;
end $$;

-- The place in a schedule that `domain` writes as a day or a wall-clock time. A day is placed at its end.
create or replace function app.parse_place(wall text) returns timestamp language plpgsql immutable as $$
begin
    return case when length(wall) = 10 then wall::date + time '23:59' else wall::timestamp end;
end $$;

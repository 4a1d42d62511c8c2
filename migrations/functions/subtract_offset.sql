-- A due date minus an offset such as `2d`. Days and weeks are calendar days in the user's zone, so clocks
-- show the same time.
create or replace function app.subtract_offset(due timestamptz, before text, person uuid)
returns timestamptz language plpgsql stable as $$
declare
    number int := left(before, -1)::int;
    zone   text;
begin
    if right(before, 1) in ('m', 'h') then
        return due - number * case right(before, 1) when 'm' then interval '1 minute'
                                                    else interval '1 hour' end;
    end if;
    zone := app.zone(person);
    return app.instant((due at time zone zone) - number * case right(before, 1) when 'd' then interval '1 day'
                                                               else interval '1 week' end, zone);
end $$;

-- The first instant at which clocks in a zone show a wall-clock time. Where clocks are set back there are
-- two, and `at time zone` returns the second.
create or replace function app.instant(wall_clock timestamp, zone text)
returns timestamptz language plpgsql immutable as $$
declare
    latest  timestamptz := wall_clock at time zone zone;
    earlier timestamptz;
begin
    -- Clocks are set back by one of these steps.
    foreach earlier in array
        array[latest - interval '2 hours', latest - interval '1 hour', latest - interval '30 minutes']
    loop
        if earlier at time zone zone = wall_clock then
            return earlier;
        end if;
    end loop;
    return latest;
end $$;

-- The first instant at which clocks in a zone show a wall-clock time. Where clocks are set back there are
-- two, and `at time zone` returns the second.
create or replace function app.instant(wall_clock timestamp, zone text)
returns timestamptz language plpgsql immutable as $$
declare
    found   timestamptz := wall_clock at time zone zone;
    earlier timestamptz;
begin
    -- The steps by which clocks are set back.
    foreach earlier in array
        array[found - interval '2 hours', found - interval '1 hour', found - interval '30 minutes']
    loop
        if earlier at time zone zone = wall_clock then
            return earlier;
        end if;
    end loop;
    return found;
end $$;

-- The due date of a whole day: 23:59 in a zone. Where clocks are set forward over that time, it is as much
-- earlier: the last minute that the day has.
create or replace function app.end_of_day(day date, zone text)
returns timestamptz language plpgsql immutable as $$
declare
    wall_clock timestamp   := day + time '23:59';
    moment     timestamptz := app.instant(wall_clock, zone);
begin
    -- Clocks show a time of the next day if they skip this one.
    return moment - ((moment at time zone zone) - wall_clock);
end $$;

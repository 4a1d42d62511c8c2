-- The due date of a whole day: 23:59 in a zone.
create or replace function app.end_of_day(day date, zone text)
returns timestamptz language plpgsql immutable as $$
begin
    return app.instant(day + time '23:59', zone);
end $$;

-- True if the occurrences of a series are due on whole days.
create or replace function app.is_all_day(series app.series) returns boolean language sql immutable as $$
    select length(series.rule ->> 'start_date') = 10
$$;

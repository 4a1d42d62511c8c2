-- The instant of a due date: `{"at": instant}`, or `{"on": day}`, for the end of that day in the user's zone.
create or replace function app.due_at(due jsonb, person uuid)
returns timestamptz language plpgsql stable as $$
begin
    return case when due ? 'on' then app.end_of_day((due ->> 'on')::date, app.zone(person))
                else (due ->> 'at')::timestamptz end;
end $$;

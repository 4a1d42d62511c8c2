-- The first instant within a lower bound: an instant itself, or the beginning of a day in the user's zone.
create or replace function app.lower_bound(bound jsonb, person uuid)
returns timestamptz language plpgsql stable as $$
begin
    return case when bound ? 'on' then (bound ->> 'on')::timestamp at time zone app.zone(person)
                else (bound ->> 'at')::timestamptz end;
end $$;

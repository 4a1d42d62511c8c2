-- The first instant within a lower bound: an instant itself, or the beginning of a day in the user's zone. A
-- day begins at its first midnight, or where clocks skip that, as soon as they have been set forward.
create or replace function app.lower_bound(bound jsonb, person uuid)
returns timestamptz language plpgsql stable as $$
begin
    return case when bound ? 'on' then app.instant((bound ->> 'on')::timestamp, app.zone(person))
                else (bound ->> 'at')::timestamptz end;
end $$;

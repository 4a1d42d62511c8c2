-- The last instant within an upper bound: an instant itself, or the end of a day in the user's zone. A day
-- ends where the next one begins.
create or replace function app.upper_bound(bound jsonb, person uuid)
returns timestamptz language plpgsql stable as $$
begin
    return case when bound ? 'on'
                then app.instant((bound ->> 'on')::timestamp + interval '1 day', app.zone(person))
                     - interval '1 microsecond'
                else (bound ->> 'at')::timestamptz end;
end $$;

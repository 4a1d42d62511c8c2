-- The instant of a requested due date. A due date in the past is rejected unless the request allows it, the
-- date is unchanged, or it is today (`on`).
create or replace function app.new_due_at(due jsonb, person uuid, allow_past boolean, current_due timestamptz)
returns timestamptz language plpgsql stable as $$
declare
    at   timestamptz := app.due_at(due, person);
    zone text;
begin
    if at < now() and not coalesce(allow_past, false) and at is distinct from current_due then
        if due ? 'on' then
            zone := app.zone(person);
            if (due ->> 'on')::date >= (now() at time zone zone)::date then
                return at;
            end if;
        end if;
        perform app.refuse('past_due_date');
    end if;
    return at;
end $$;

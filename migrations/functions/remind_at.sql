-- The time of a relative reminder: now, if it has passed but the due date has not.
create or replace function app.remind_at(due timestamptz, before text, person uuid) returns timestamptz
language plpgsql stable as $$
declare
    moment timestamptz := app.subtract_offset(due, before, person);
begin
    return case when moment < now() and due > now() then now()
                -- RFC 3339 has no years before 0001.
                when moment > '0001-01-02Z' then moment end;
end $$;

-- Adds a security event to the outbox. It is kept even if the request is rejected afterwards.
create or replace function app.add_security_event(type text, person uuid, details jsonb)
returns void language plpgsql as $$
begin
    perform app.add_event('audit-events', type, person, 0, null, null, null, details);
end $$;

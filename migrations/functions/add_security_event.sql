-- Records a security incident. The first of its kind is an event at once. Further ones are counted, and their
-- number is in the next event, as `times`: at most one a minute, so that nobody fills the audit trail. Type,
-- user and details make the kind, without the route, which a client can vary at will. All of this is kept
-- even if the request is rejected afterwards.
create or replace function app.add_security_event(type text, person uuid, details jsonb)
returns void language plpgsql as $$
declare
    incident_key text := md5(concat_ws(' ', type, person, details - 'route'));
    incident     app.incidents;
begin
    insert into app.incidents as known (key, type, user_id, details)
    values (incident_key, type, person, details)
    on conflict (key) do update set times = known.times + 1
    returning known.* into incident;
    if incident.reported_at > clock_timestamp() - interval '1 minute' then
        return;
    end if;
    update app.incidents as known set times = 0, reported_at = clock_timestamp()
     where known.key = incident_key;
    perform app.add_event('audit-events', type, person, 0, null, null, null,
                          details || jsonb_build_object('times', incident.times));
end $$;

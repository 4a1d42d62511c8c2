-- Reports a request for a thing of another user. The caller only learns that there is no such thing.
create or replace function app.report_foreign_access(principal jsonb, input jsonb, caller uuid) returns void
language plpgsql as $$
declare
    foreign_thing jsonb := app.find_foreign_item((input ->> 'id')::uuid, caller);
begin
    if foreign_thing is not null then
        perform app.add_security_event('access.denied', caller,
            foreign_thing || jsonb_build_object('address', principal -> 'address'));
    end if;
end $$;

-- Reports a request for an item of another user. The response does not tell such items from missing ones.
create or replace function app.report_foreign_access(principal jsonb, input jsonb, caller uuid) returns void
language plpgsql as $$
declare
    foreign_item jsonb := app.find_foreign_item((input ->> 'id')::uuid, caller);
begin
    if foreign_item is not null then
        perform app.add_security_event('access.denied', caller,
            foreign_item || jsonb_build_object('address', principal -> 'address'));
    end if;
end $$;

-- Reports a request for an item of another user, to administrators only. The caller must not be able to tell
-- such items from missing ones: neither by the response, nor by an event of their own, nor by the time that
-- it takes to write to the disk, so neither waits for that.
create or replace function app.report_foreign_access(principal jsonb, input jsonb, caller uuid) returns void
language plpgsql as $$
declare
    foreign_item jsonb := app.find_foreign_item(coalesce(input ->> 'id', input ->> 'task_id')::uuid, caller);
begin
    perform set_config('synchronous_commit', 'off', true);
    if foreign_item is not null then
        perform app.add_security_event('access.denied', null, foreign_item
            || jsonb_build_object('user_id', caller, 'address', principal -> 'address'));
    end if;
end $$;

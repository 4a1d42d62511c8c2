-- Compares the version of a task or series with those that the client expects. Returns a refusal with the
-- current state if none matches. That is an event too, so that all devices of the user can show the conflict.
create or replace function app.check_version(caller uuid, input jsonb) returns json language plpgsql as $$
declare
    item_id  uuid := (input ->> 'id')::uuid;
    expected jsonb := input -> 'expected';
    current  json;
begin
    select app.client_json(tasks) into current from app.tasks
     where tasks.id = item_id and tasks.user_id = caller and not expected @> to_jsonb(tasks.version);
    if found then
        perform app.add_conflict_event('task.conflict', caller, item_id, current, expected);
        return json_build_object('error', 'version_conflict', 'task', current);
    end if;
    select app.client_json(series) into current from app.series
     where series.id = item_id and series.user_id = caller and not expected @> to_jsonb(series.version);
    if found then
        perform app.add_conflict_event('recurring.conflict', caller, item_id, current, expected);
        return json_build_object('error', 'version_conflict', 'recurring_task', current);
    end if;
    return null;
end $$;

-- Compares the version of a task or a series with those that the client expects. Returns a refusal with its
-- current state if it is none of them. That a write to a task lost against another one is an event, as both
-- devices may want to say so.
create or replace function app.check_version(caller uuid, input jsonb) returns json language plpgsql as $$
declare
    thing    uuid := (input ->> 'id')::uuid;
    expected jsonb := input -> 'expected';
    current  json;
begin
    select app.client_json(task) into current from app.tasks as task
     where task.id = thing and task.user_id = caller and not expected @> to_jsonb(task.version);
    if found then
        perform app.add_conflict_event(caller, thing, current, expected);
        return json_build_object('error', 'version_conflict', 'task', current);
    end if;
    select app.client_json(its) into current from app.series as its
     where its.id = thing and its.user_id = caller and not expected @> to_jsonb(its.version);
    return case when found then json_build_object('error', 'version_conflict', 'recurring_task', current) end;
end $$;

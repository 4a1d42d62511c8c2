-- frame: write
-- Creates a series of the caller and its first task. Returns that of them which `kind` names.
declare
    new_series series;
begin
    -- The zone in the input is not used unless it is the series' own: the user may have changed it since.
    insert into series (id, user_id, title, description, priority, tags, rule, own_zone, reminders, place)
    select new.id, caller, new.title, new.description, coalesce(new.priority, 'medium'),
           coalesce(new.tags, '{}'),
           case when new.own_zone then new.rule
                else jsonb_set(new.rule, '{timezone}', to_jsonb(zone(caller))) end,
           new.own_zone, new.reminders, parse_place(new.place)
      from jsonb_to_record(input) as new (
               id uuid, title text, description text, priority text, tags text[], rule jsonb,
               own_zone boolean, reminders jsonb, place text)
    returning series.* into new_series;
    if planned_due_date(new_series, new_series.place) < now() and not (input ->> 'allow_past')::boolean then
        perform refuse('past_start_date');
    end if;
    -- The first task has its own reminders, which may be absolute and have ids.
    perform make_occurrence(jsonb_populate_record(new_series, '{"reminders": []}'), 1,
                            (input ->> 'task_id')::uuid, new_series.place, false);
    insert into reminders (id, user_id, task_id, at, before)
    select coalesce((reminder ->> 'id')::uuid, gen_random_uuid()), caller, (input ->> 'task_id')::uuid,
           (reminder ->> 'at')::timestamptz, reminder ->> 'before'
      from jsonb_array_elements(coalesce(input -> 'first_reminders', input -> 'reminders')) as reminder;
    return query select 'row', case when input ->> 'kind' = 'task'
        then (select client_json(task) from tasks as task where task.id = (input ->> 'task_id')::uuid)
        else client_json(new_series) end::text;
end;

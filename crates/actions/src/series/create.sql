-- frame: write
-- Creates a series of the caller and its first task. Returns the `series` and the `task`.
declare
    made series;
begin
    -- The user's zone may have changed since it was read: the series follows the new one then.
    insert into series (id, user_id, title, description, priority, tags, rule, own_zone, reminders, place)
    select new.id, caller, new.title, new.description, coalesce(new.priority, 'medium'),
        coalesce(new.tags, '{}'),
           case when new.own_zone then new.rule
               else jsonb_set(new.rule, '{timezone}', to_jsonb(zone(caller))) end,
           new.own_zone, new.reminders, parse_place(new.place)
      from jsonb_to_record(input) as new (
               id uuid, title text, description text, priority text, tags text[], rule jsonb,
                   own_zone boolean,
               reminders jsonb, place text)
    returning series.* into made;
    if planned_due_date(made, made.place) < now() and not (input ->> 'allow_past')::boolean then
        perform refuse('past_start_date');
    end if;
    perform make_occurrence(made, 1, (input ->> 'task_id')::uuid, made.place, false);
    insert into reminders (user_id, task_id, at)
    select caller, (input ->> 'task_id')::uuid, (one ->> 'at')::timestamptz
        from jsonb_array_elements(input -> 'once') as one;
    return query select 'series', client_json(made)::text;
    return query select 'task', client_json(task)::text from tasks as task
        where task.id = (input ->> 'task_id')::uuid;
end;

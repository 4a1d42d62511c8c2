-- frame: write
-- Updates a series of the caller, and its open occurrence. Returns the series, and its `progress`.
declare
    patch      record;
    fields     jsonb := input -> 'patch';
    -- Null if the patch leaves the schedule alone.
    schedule   jsonb := input -> 'schedule';
    old_series series;
    new_series series;
    open_id    uuid;
    -- False if the due date of this occurrence was changed by itself: then it stays.
    follows    boolean;
begin
    select * into old_series from series
     where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    -- It was deleted, has ended, or has another version than the one that the schedule follows from.
    if old_series.place is null or old_series.version <> (schedule ->> 'version')::bigint then
        perform refuse('stale');
    end if;
    open_id := open_occurrence(old_series);
    select * into patch from jsonb_to_record(fields) as given (
        title text, description text, priority text, tags text[], reminders jsonb);
    update series
       set title       = coalesce(patch.title, series.title),
           description = case when fields ? 'description' then patch.description
                              else series.description end,
           priority    = case when fields ? 'priority' then coalesce(patch.priority, 'medium')
                              else series.priority end,
           tags        = case when fields ? 'tags' then coalesce(patch.tags, '{}') else series.tags end,
           reminders   = case when fields ? 'reminders' then coalesce(nullif(patch.reminders, 'null'), '[]')
                              else series.reminders end,
           -- The current zone of the user, which may have changed since the rule was read.
           rule        = case when schedule is null then series.rule
                              when (schedule ->> 'own_zone')::boolean then schedule -> 'rule'
                              else jsonb_set(schedule -> 'rule', '{timezone}', to_jsonb(zone(caller))) end,
           own_zone    = coalesce((schedule ->> 'own_zone')::boolean, series.own_zone),
           place       = case when open_id is not null
                              then coalesce(parse_place(schedule ->> 'place'), series.place)
                              else series.place end
     where series.id = old_series.id
    returning series.* into new_series;

    follows := new_series.place <> old_series.place
            or (select tasks.due_date from tasks where tasks.id = open_id)
               = planned_due_date(old_series, old_series.place);
    update tasks as task
       set title       = coalesce(patch.title, task.title),
           description = case when fields ? 'description' then new_series.description
                              else task.description end,
           priority    = case when fields ? 'priority' then new_series.priority else task.priority end,
           tags        = case when fields ? 'tags' then new_series.tags else task.tags end,
           place       = new_series.place,
           due_date    = case when follows then planned_due_date(new_series, new_series.place)
                              else task.due_date end,
           all_day     = case when follows then is_all_day(new_series) else task.all_day end
     where task.id = open_id;
    if fields ? 'reminders' then
        -- Reminders that are still in the list are not replaced: they may have been sent already.
        delete from reminders
         where reminders.task_id = open_id and reminders.before is not null
           and not new_series.reminders @> jsonb_build_array(jsonb_build_object('before', reminders.before));
        insert into reminders (user_id, task_id, before)
        select caller, open_id, wanted ->> 'before' from jsonb_array_elements(new_series.reminders) as wanted
         where open_id is not null
           and not exists (select from reminders as existing
                            where existing.task_id = open_id and existing.before = wanted ->> 'before');
    end if;
    return query select 'row', client_json(new_series)::text;
    return query select 'progress', progress(new_series)::text;
end;

-- frame: write
-- Updates a series of the caller, and its open occurrence. Returns the series.
declare
    patch   record;
    named   jsonb := input -> 'patch';
    was     series;
    becomes series;
    open_id uuid;
    -- False if the due date of this occurrence was changed by itself: then it stays.
    follows boolean;
begin
    select * into was from series where series.id = (input ->> 'id')::uuid and series.user_id = caller;
    if not found or was.version <> (input ->> 'version')::bigint then
        perform refuse('stale');
    end if;
    open_id := open_occurrence(was);
    select * into patch from jsonb_to_record(named) as given (
        title text, description text, priority text, tags text[], reminders jsonb);
    update series
       set title       = coalesce(patch.title, series.title),
           description = case when named ? 'description' then patch.description else series.description end,
           priority    = case when named ? 'priority' then coalesce(patch.priority, 'medium')
               else series.priority end,
           tags        = case when named ? 'tags' then coalesce(patch.tags, '{}') else series.tags end,
           reminders   = case when named ? 'reminders' then coalesce(nullif(patch.reminders, 'null'), '[]')
               else series.reminders end,
           -- Current zone of the user.
           rule        = case when (input ->> 'own_zone')::boolean then input -> 'rule'
                              else jsonb_set(input -> 'rule', '{timezone}', to_jsonb(zone(caller))) end,
           own_zone    = (input ->> 'own_zone')::boolean,
           place       = case when open_id is not null then coalesce(parse_place(input ->> 'place'), series.place)
               else series.place end
     where series.id = was.id
    returning series.* into becomes;

    follows := becomes.place <> was.place
            or (select tasks.due_date from tasks where tasks.id = open_id) = planned_due_date(was, was.place);
    update tasks as task
       set title       = coalesce(patch.title, task.title),
           description = case when named ? 'description' then becomes.description else task.description end,
           priority    = case when named ? 'priority' then becomes.priority else task.priority end,
           tags        = case when named ? 'tags' then becomes.tags else task.tags end,
           place       = becomes.place,
           due_date    = case when follows then planned_due_date(becomes, becomes.place) else task.due_date end,
           all_day     = case when follows then is_all_day(becomes) else task.all_day end
     where task.id = open_id;
    if named ? 'reminders' then
        -- Reminders that stay are kept as they are: they may have been sent already.
        delete from reminders
         where reminders.task_id = open_id and reminders.before is not null
           and not becomes.reminders @> jsonb_build_array(jsonb_build_object('before', reminders.before));
        insert into reminders (user_id, task_id, before)
        select caller, open_id, one ->> 'before' from jsonb_array_elements(becomes.reminders) as one
         where open_id is not null
           and not exists (select from reminders as known where known.task_id = open_id
               and known.before = one ->> 'before');
    end if;
    return query select 'row', client_json(becomes)::text;
end;

-- frame: consumer
-- Creates the occurrences that follow a completed or deleted one, unless one is open: all at once, with their
-- events, and with the reminders of the next one. Missed ones get no reminders.
declare
    event          delivery;
    current_series series;
    follow_up      jsonb;
    number         int;
    -- The occurrence that is done. The event may be of another one; only if that was purged, it names it.
    source_id      uuid;
begin
    if exists (select from unnest(events) as taken
                where not exists (select from users where users.id = taken.user_id)
                  and not exists (select from removals where removals.user_id = taken.user_id)) then
        perform refuse('user_deleted');
    end if;
    perform from users where users.id = any (array(select taken.user_id from unnest(events) as taken))
      order by users.id for no key update;
    foreach event in array events loop
        select * into current_series from series
         where series.id = (event.input ->> 'series')::uuid and series.user_id = event.user_id
           and series.place is not null;
        continue when not found or open_occurrence(current_series) is not null;
        if current_series.version <> (event.input ->> 'version')::bigint then
            perform refuse('stale');
        end if;
        -- At most a task with its event for each occurrence, the reminders of the next one, and the series.
        perform reserve_seqs(event.user_id, 2 * jsonb_array_length(event.input -> 'new_occurrences')
                                            + jsonb_array_length(current_series.reminders) + 1);
        number := current_series.occurrences;
        source_id := coalesce((select task.id from tasks as task
                                where task.recurring_task_id = current_series.id
                                  and task.occurrence = number), event.task_id);
        for follow_up in select value from jsonb_array_elements(event.input -> 'new_occurrences') loop
            number := number + 1;
            perform make_occurrence(current_series, number, (follow_up ->> 'id')::uuid,
                                    parse_place(follow_up ->> 'place'), (follow_up ->> 'missed')::boolean);
            perform add_event('task-events', 'recurring.generated', event.user_id, next_seq(event.user_id),
                              current_series.id, null, null,
                              jsonb_build_object(
                                  'source_task_id', source_id, 'task_id', follow_up -> 'id',
                                  'rule', current_series.rule, 'adjustment', follow_up -> 'adjustment',
                                  'catch_up', follow_up -> 'missed'));
        end loop;
        update series
           set occurrences = number,
               place       = case when not (event.input ->> 'ends')::boolean
                                  then parse_place(follow_up ->> 'place') end
         where series.id = current_series.id;
        perform set_config('taskflow.reserved', '', true);
    end loop;
end;

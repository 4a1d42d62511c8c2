-- frame: consumer
-- Creates the occurrences that follow a completed one, unless they exist: all at once, with their reminders
-- and events.
declare
    one    delivery;
    its    series;
    coming jsonb;
    number int;
begin
    if exists (select from unnest(events) as came
        where not exists (select from users where users.id = came.user_id)) then
        perform refuse('the user is gone');
    end if;
    perform from users where users.id = any (array(select came.user_id from unnest(events) as came))
      order by users.id for no key update;
    foreach one in array events loop
        select * into its from series
         where series.id = (one.input ->> 'series')::uuid and series.user_id = one.user_id
             and series.place is not null;
        continue when not found or open_occurrence(its) is not null;
        if its.version <> (one.input ->> 'version')::bigint then
            perform refuse('stale');
        end if;
        -- At most a task with its event, its reminders, and the series.
        perform reserve_seqs(one.user_id, 2 * jsonb_array_length(one.input -> 'coming') + jsonb_array_length(its.reminders) + 1);
        number := its.occurrences;
        for coming in select value from jsonb_array_elements(one.input -> 'coming') loop
            number := number + 1;
            perform make_occurrence(its, number, (coming ->> 'id')::uuid, parse_place(coming ->> 'place'),
                (coming ->> 'missed')::boolean);
            perform add_event('task-events', 'recurring.generated', one.user_id, next_seq(one.user_id), its.id,
                null, null,
                         jsonb_build_object('source_task_id', one.task_id, 'task_id', coming -> 'id', 'rule',
                             its.rule,
                                            'adjustment', coming -> 'adjustment', 'catch_up',
                                                coming -> 'missed'));
        end loop;
        update series
           set occurrences = number,
               place       = case when not (one.input ->> 'ends')::boolean then parse_place(coming ->> 'place') end
         where series.id = its.id;
        perform set_config('taskflow.reserved', '', true);
    end loop;
end;

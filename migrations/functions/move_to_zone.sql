-- Moves tasks and series to the time zone that their user has changed to: whole days stay on their day, and a
-- series without a zone of its own keeps its wall-clock time from its open occurrence on. Returns true if
-- some are left.
--
-- One call makes about 500 changes, which takes a fraction of a second: other changes of the user wait
-- meanwhile. It may be the last one for a while, or for ever: what is left is due when it was before, and the
-- next call finds it, in whatever zone the user is then.
create or replace function app.move_to_zone(person uuid) returns boolean language plpgsql as $$
declare
    zone       text := app.zone(person);
    change     app.zone_changes;
    series_ids uuid[];
    task_ids   uuid[];
    moved_id   uuid;
    moved      app.series;
    lowest_seq bigint;
    amount     bigint;
    is_left    boolean;
begin
    select * into change from app.zone_changes as started where started.user_id = person;
    if not found then
        return false;
    end if;

    -- A change of a task moves its relative reminders too. Tasks that were changed lately come first.
    select coalesce(array_agg(chosen.id order by chosen.number) filter (where not chosen.is_task), '{}'),
           coalesce(array_agg(chosen.id order by chosen.number) filter (where chosen.is_task), '{}'),
           min(chosen.seq) filter (where chosen.is_task),
           coalesce(sum(chosen.changes), 0)
      into series_ids, task_ids, lowest_seq, amount
      from (select counted.*, sum(counted.changes) over (order by counted.number) as total
              from (select waiting.*, row_number() over (order by waiting.is_task, waiting.seq desc) as number
                      from ((select false as is_task, series.id, series.seq,
                                    2 + (select count(*) from app.reminders
                                          where reminders.task_id = app.open_occurrence(series)) as changes
                               from app.series
                              where series.user_id = person and not series.own_zone
                                and series.place is not null and series.rule ->> 'timezone' <> zone
                              order by series.seq desc limit 500)
                            union all
                            (select true, task.id, task.seq,
                                    1 + (select count(*) from app.reminders
                                          where reminders.task_id = task.id and reminders.before is not null)
                               from app.tasks as task
                              where task.user_id = person and task.all_day and task.seq <= change.left_seq
                              order by task.seq desc limit 500)) as waiting) as counted) as chosen
     where chosen.total <= 500 or chosen.number = 1;

    perform app.reserve_seqs(person, amount);
    foreach moved_id in array series_ids loop
        select * into moved from app.series where series.id = moved_id;
        -- An occurrence whose due date was changed by itself stays.
        update app.tasks as task set due_date = app.instant(task.place, zone)
         where task.id = app.open_occurrence(moved) and not task.all_day
           and task.due_date = app.instant(task.place, moved.rule ->> 'timezone');
        update app.series set rule = jsonb_set(series.rule, '{timezone}', to_jsonb(zone))
         where series.id = moved_id;
    end loop;
    -- One by one, so that each task comes before its reminders in the order of changes.
    foreach moved_id in array task_ids loop
        update app.tasks as task set due_date = app.end_of_day(task.due_on, zone)
         where task.id = moved_id and task.due_date <> app.end_of_day(task.due_on, zone);
    end loop;
    perform set_config('taskflow.reserved', '', true);

    change.left_seq := coalesce(lowest_seq - 1, change.left_seq);
    is_left := exists (select from app.tasks as task
                        where task.user_id = person and task.all_day and task.seq <= change.left_seq)
            or exists (select from app.series
                        where series.user_id = person and not series.own_zone and series.place is not null
                          and series.rule ->> 'timezone' <> zone);
    if is_left then
        update app.zone_changes as started set left_seq = change.left_seq where started.user_id = person;
    else
        delete from app.zone_changes as started where started.user_id = person;
    end if;
    return is_left;
end $$;

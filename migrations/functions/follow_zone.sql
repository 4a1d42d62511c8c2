-- Moves the due dates of a user who changes the time zone: whole days stay on their day, and a series without
-- a zone of its own keeps its wall-clock time from its open occurrence on.
create or replace function app.follow_zone() returns trigger language plpgsql as $$
declare
    moved record;
begin
    -- About one number for each change below.
    perform app.reserve_seqs(
        new.id,
        1 + (select count(*) from app.tasks where tasks.user_id = new.id and tasks.all_day)
          + 2 * (select count(*) from app.series where series.user_id = new.id)
          + (select count(*) from app.reminders where reminders.user_id = new.id));
    -- One by one, so that each task comes before its reminders in the order of changes.
    for moved in
        select task.id, app.instant((task.due_date at time zone old.timezone)::date + time '23:59',
                                    new.timezone) as due_date
          from app.tasks as task where task.user_id = new.id and task.all_day
        union all
        select task.id, app.instant(task.place, new.timezone)
          from app.series join app.tasks as task on task.id = app.open_occurrence(series)
         where series.user_id = new.id and not series.own_zone and not task.all_day
           and task.due_date = app.instant(task.place, series.rule ->> 'timezone')
    loop
        update app.tasks set due_date = moved.due_date where tasks.id = moved.id;
    end loop;
    update app.series set rule = jsonb_set(series.rule, '{timezone}', to_jsonb(new.timezone))
     where series.user_id = new.id and not series.own_zone and series.place is not null;
    perform set_config('taskflow.reserved', '', true);
    return null;
end $$;

create or replace trigger follow_zone after update of timezone on app.users for each row
    when (old.timezone is distinct from new.timezone) execute function app.follow_zone();

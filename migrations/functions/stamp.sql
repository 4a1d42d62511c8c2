-- Sets `seq`, `version` and `updated_at` of a changed task or series, and the day and the search words of a
-- task. An update that changes nothing keeps the old row, so that it makes no new version and no event.
create or replace function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    if tg_table_name = 'tasks' then
        if not new.all_day then
            new.due_on := null;
        elsif tg_op = 'UPDATE' and new.due_date = old.due_date and old.all_day then
            -- The end of the day in the user's zone, which may be another one since the last change.
            new.due_date := app.end_of_day(new.due_on, app.zone(new.user_id));
        else
            new.due_on := (new.due_date at time zone app.zone(new.user_id))::date;
        end if;
        if tg_op = 'INSERT' or new.title is distinct from old.title
           or new.description is distinct from old.description then
            new.words := app.words(new.title, new.description, new.user_id);
        end if;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

create or replace trigger stamp before insert or update on app.tasks
    for each row execute function app.stamp();
create or replace trigger stamp before insert or update on app.series
    for each row execute function app.stamp();

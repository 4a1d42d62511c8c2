-- Sets `seq`, `version` and `updated_at` of a changed task or series, and the search words of a task. An
-- update that changes nothing keeps the old row, so that it makes no new version and no event.
create or replace function app.stamp() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    if tg_table_name = 'tasks' and (tg_op = 'INSERT' or new.title is distinct from old.title
                                    or new.description is distinct from old.description) then
        new.words := app.words(new.title, new.description, new.user_id);
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

create or replace trigger stamp before insert or update on app.tasks
    for each row execute function app.stamp();
create or replace trigger stamp before insert or update on app.series
    for each row execute function app.stamp();

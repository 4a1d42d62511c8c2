-- Sets `seq`, `version` and `updated_at` of a changed series. An update that changes nothing keeps the old
-- row.
create or replace function app.stamp_series() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if new is not distinct from old then
            return old;
        end if;
        new.version := old.version + 1;
        new.updated_at := now();
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

create or replace trigger stamp before insert or update on app.series
    for each row execute function app.stamp_series();

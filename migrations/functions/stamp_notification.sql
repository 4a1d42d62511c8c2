-- Sets `seq` of a changed notification. An update that changes nothing keeps the old row.
create or replace function app.stamp_notification() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and new is not distinct from old then
        return old;
    end if;
    new.seq := app.next_seq(new.user_id);
    return new;
end $$;

create or replace trigger stamp before insert or update on app.notifications
    for each row execute function app.stamp_notification();

-- frame: open, for service
-- Makes a step of deleting a user, and returns a row if there was one to make. If another call is running,
-- this one does nothing.
declare
    person uuid;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('taskflow removals', 0)) then
        return;
    end if;
    select removals.user_id into person from removals
     where removals.next_at <= now() order by removals.next_at limit 1;
    if person is null then
        return;
    end if;
    perform remove_user(person);
    return query select 'row', 'true';
end;

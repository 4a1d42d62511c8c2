-- frame: open, for service
-- Makes a step of deleting a user: one who is being deleted, or else a guest who was not seen for 90 days.
-- Returns a row if there was one to make. If another call is running, this one does nothing.
declare
    person uuid;
begin
    if not pg_try_advisory_xact_lock(hashtextextended('taskflow removals', 0)) then
        return;
    end if;
    select removals.user_id into person from removals
     where removals.next_at <= now() order by removals.next_at limit 1;
    if person is null then
        select users.id into person from users
         where users.guest and users.seen_at < now() - interval '90 days'
         order by users.seen_at limit 1 for no key update skip locked;
    end if;
    if person is not null then
        perform remove_user(person);
        return query select 'row', 'true';
    end if;
end;

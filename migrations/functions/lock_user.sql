-- Locks the row of a user, so that their changes have one order, and writers wait for each other instead of
-- deadlocking. Several users' rows come in the order of their ids. Returns false if the row is not free in time.
--
-- A request that waits holds a connection. So at most eight of a user wait, and others are refused at once:
-- nobody can fill the pool. Services are few, and are not refused without a wait. A lock of their own puts the
-- requests of a user in line, which a row does not: there, others go ahead of those that wait, whose second
-- begins anew each time.
create or replace function app.lock_user(person uuid, role text) returns boolean language plpgsql as $$
declare
    line    bigint := hashtextextended('writing ' || person::text, 0);
    timeout text := set_config('lock_timeout', '1s', true);
begin
    if pg_try_advisory_xact_lock(line) then
        perform from app.users where users.id = person for no key update skip locked;
        if found then
            return true;
        end if;
    end if;
    if role <> 'service' and not app.acquire_place('waiting', person, 8) then
        return false;
    end if;
    begin
        perform pg_advisory_xact_lock(line);
        -- Both waits together are shorter than the host waits for Postgres.
        timeout := set_config('lock_timeout', '500ms', true);
        perform from app.users where users.id = person for no key update;
    exception when lock_not_available then
        return false;
    end;
    return true;
end $$;

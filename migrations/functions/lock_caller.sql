-- Locks the caller's row before any of their data is read, so that a user's changes have one order, and
-- writers wait for each other instead of deadlocking. Several users' rows come in the order of their ids.
-- Returns a refusal if the row is not free in time, or if the session or token was revoked or the user deleted
-- while this waited.
--
-- A request that waits holds a connection. So at most eight of a user wait, and others are refused at once:
-- nobody can fill the pool. Services are few, and are not refused without a wait. A lock of their own puts the
-- requests of a user in line, which a row does not: there, others go ahead of those that wait, whose second
-- begins anew each time.
create or replace function app.lock_caller(principal jsonb, caller uuid, role text) returns json
    language plpgsql as $$
declare
    line    bigint := hashtextextended('writing ' || caller::text, 0);
    is_free boolean := pg_try_advisory_xact_lock(line);
    timeout text := set_config('lock_timeout', '1s', true);
begin
    -- Whoever ends the session or token of a caller is in line too. So what this query sees is true, as long as
    -- nobody was ahead.
    if is_free then
        perform from app.users as person
         where person.id = caller
             and (role = 'service'
                  or (not principal ? 'session' or exists (
                         select from app.sessions where token_hash = principal ->> 'session'))
                     and (not principal ? 'token' or exists (
                         select from app.tokens where token_hash = principal ->> 'token')))
           for no key update skip locked;
        if found then
            return null;
        end if;
    end if;
    if role <> 'service' and not app.acquire_place('waiting', caller) then
        return '{"error":"busy"}';
    end if;
    begin
        perform pg_advisory_xact_lock(line);
        perform from app.users as person where person.id = caller for no key update;
    exception when lock_not_available then
        return '{"error":"busy"}';
    end;
    if role <> 'service'
       and (not found
            or principal ? 'session' and not exists (select from app.sessions
           where token_hash = principal ->> 'session')
            or principal ? 'token' and not exists (select from app.tokens
                where token_hash = principal ->> 'token')) then
        perform app.add_security_event('token.rejected', null,
                                       jsonb_build_object('address', principal -> 'address'));
        return '{"error":"not_signed_in"}';
    end if;
    return null;
end $$;

-- Locks the caller's row before any of their data is read, as `lock_user` does. Returns a refusal if the row is
-- not free in time, or if the session or token was revoked or the user deleted while this waited.
create or replace function app.lock_caller(principal jsonb, caller uuid, role text) returns json
    language plpgsql as $$
begin
    -- Usually nobody is ahead, and the first attempt does it. The second one begins with the row locked.
    for attempt in 1 .. 2 loop
        if attempt = 2 and not app.lock_user(caller, role) then
            return '{"error":"busy"}';
        end if;
        -- Whoever ends the session or token of a caller is in line too. So what this query sees is true.
        if pg_try_advisory_xact_lock(hashtextextended('writing ' || caller::text, 0)) then
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
    end loop;
    if role = 'service' then
        return null;
    end if;
    perform app.add_security_event('token.rejected', null,
                                   jsonb_build_object('address', principal -> 'address'));
    return '{"error":"not_signed_in"}';
end $$;

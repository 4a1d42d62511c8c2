-- Locks the caller's row before any of their data is read, so that a user's changes have one order, and
-- writers wait for each other instead of deadlocking. Returns a refusal if the session or token was revoked
-- or the user deleted while this waited.
create or replace function app.lock_caller(principal jsonb, caller uuid, role text) returns json
    language plpgsql as $$
begin
    perform from app.users as person where person.id = caller for no key update;
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

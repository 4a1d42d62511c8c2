-- frame: write, own account, uncounted
-- Turns a guest into a user with an account, who keeps all data. A new session replaces the guest's sessions
-- and tokens, so that nobody else who has seen or set one gets into the account. The link that confirms the
-- address is sent to it, or the session has the time in seconds until one may be sent. `check_upgrade.sql`
-- has counted the request.
declare
    person users;
begin
    update users
       set guest = false, email = input ->> 'email', password_hash = input ->> 'password_hash',
           name = coalesce(input ->> 'name', users.name)
     where users.id = caller and users.guest
    returning users.* into person;
    if not found then
        return;
    end if;
    delete from sessions where sessions.user_id = caller;
    delete from tokens where tokens.user_id = caller;
    return query select 'row', begin_account(person, principal, input)::text;
end;

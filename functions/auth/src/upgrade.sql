-- frame: write, own account, uncounted
-- Turns a guest into a user with an account, who keeps all data. A new session replaces the guest's, so that
-- nobody else who has seen or set the guest's token is signed in to the account. The link that confirms the
-- address is sent to it. `check_upgrade.sql` has counted the request.
declare
    person      users;
    session_end timestamptz;
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
    insert into sessions (token_hash, user_id, expires_at, user_agent, address)
    values (input ->> 'token_hash', caller, now() + interval '30 days', input ->> 'user_agent',
            principal ->> 'address')
    returning sessions.expires_at into session_end;
    perform queue_link(caller, 'confirm_email', person.email);
    return query select 'row', json_build_object(
        'expires_at', session_end, 'user', profile_json(person))::text;
end;

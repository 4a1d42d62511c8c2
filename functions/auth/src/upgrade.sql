-- frame: write, own account
-- Turns a guest into a user with an account, who keeps all data. The link that confirms the address is sent
-- to it.
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
    perform queue_link(person.id, 'confirm_email', person.email);
    return query select 'row', json_build_object(
        'expires_at', (select session.expires_at from sessions as session
                        where session.token_hash = principal ->> 'session'),
        'user', profile_json(person))::text;
end;

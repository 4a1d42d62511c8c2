-- frame: open
-- Starts a session of a user whose password was verified, if the password is still the same: who changes it, or
-- deletes the user, meanwhile waits for this, and then ends the session too. A successful sign-in does not
-- count against the limits of sign-ins, only against that of the address.
declare
    person users;
begin
    if not lock_user((input ->> 'id')::uuid, 'user') then
        perform refuse('busy');
    end if;
    select * into person from users
     where users.id = (input ->> 'id')::uuid and users.password_hash = input ->> 'password_hash';
    if found then
        perform return_tokens(sign_in_keys(person.email, principal ->> 'address'));
        return query select 'row', begin_session(person, principal, input)::text;
    end if;
end;

-- frame: write, own account
-- Deletes the caller. Returns nothing if the password has changed since it was verified.
begin
    if (select users.password_hash from users where users.id = caller)
       is distinct from input ->> 'verified_hash' then
        return;
    end if;
    perform remove_user(caller);
    return query select 'row', 'true';
end;

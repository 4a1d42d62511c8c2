-- frame: open
-- Sets a new password by a link, which works once. A change of the address that is not confirmed yet is
-- withdrawn: it may be that of somebody who knew the old password.
declare
    link links := take_link(input ->> 'token', 'reset_password');
begin
    if link.token_hash is null then
        return;
    end if;
    update users set new_email = null where users.id = link.user_id;
    perform set_password(link.user_id, input ->> 'password_hash', null);
    return query select 'row', 'true';
end;

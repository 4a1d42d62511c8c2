-- frame: open
-- Sets a new password by a link, which works once. A change of the address that is not confirmed yet is
-- withdrawn: it may be that of somebody who knew the old password.
declare
    link links;
begin
    select * into link from links
     where links.token_hash = input ->> 'token' and links.purpose = 'reset_password'
       and links.expires_at > now();
    -- The user's row is locked before the link is deleted, as by all others that delete links.
    perform from users where users.id = link.user_id for no key update;
    delete from links where links.token_hash = link.token_hash;
    if not found then
        return;
    end if;
    update users set new_email = null where users.id = link.user_id;
    perform set_password(link.user_id, input ->> 'password_hash', null);
    return query select 'row', 'true';
end;

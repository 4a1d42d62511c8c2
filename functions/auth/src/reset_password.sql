-- frame: open
-- Sets a new password by a link, which works once. A change of the address that is not confirmed yet is
-- withdrawn: it may be that of somebody who knew the old password. Earlier attempts to sign in count no more:
-- they may be of somebody else at the same network address.
declare
    link   links := take_link(input ->> 'token', 'reset_password');
    bucket text;
begin
    if link.token_hash is null then
        return;
    end if;
    update users set new_email = null where users.id = link.user_id;
    perform set_password(link.user_id, input ->> 'password_hash', null);
    -- Those of the account, in the order in which attempts take them.
    foreach bucket in array (sign_in_keys(link.email, principal ->> 'address'))[2:] loop
        delete from buckets where buckets.key = bucket;
    end loop;
    return query select 'row', 'true';
end;

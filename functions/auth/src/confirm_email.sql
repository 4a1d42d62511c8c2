-- frame: open
-- Confirms the address that a link was sent to: that of an account, or the one that is to replace it. The
-- link works once.
declare
    link links := take_link(input ->> 'token', 'confirm_email');
begin
    if link.token_hash is null then
        return;
    end if;
    return query
    update users
       set email = link.email, email_verified = true, new_email = nullif(users.new_email, link.email)
     where users.id = link.user_id and link.email in (users.email, users.new_email)
    returning 'row', 'true';
    perform withdraw_links(link.user_id);
end;

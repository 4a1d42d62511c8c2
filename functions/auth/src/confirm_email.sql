-- frame: open
-- Confirms the address that a link was sent to: that of an account, or the one that is to replace it. The
-- link works once.
declare
    link links;
begin
    select * into link from links
     where links.token_hash = input ->> 'token' and links.purpose = 'confirm_email'
       and links.expires_at > now();
    -- The user's row is locked before the link is deleted, as by all others that delete links.
    perform from users where users.id = link.user_id for no key update;
    delete from links where links.token_hash = link.token_hash;
    if not found then
        return;
    end if;
    return query
    update users
       set email = link.email, email_verified = true, new_email = nullif(users.new_email, link.email)
     where users.id = link.user_id and link.email in (users.email, users.new_email)
    returning 'row', 'true';
    perform withdraw_links(link.user_id);
end;

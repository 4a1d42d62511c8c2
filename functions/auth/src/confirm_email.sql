-- frame: open
-- Confirms the address that a link was sent to: that of an account, or the one that is to replace it. The
-- link works once. An account that does not hold the address gives way, and its user is a guest: otherwise a
-- stranger could keep the address from whoever it belongs to.
declare
    link     links;
    account  uuid;
    unproven uuid;
begin
    select * into link from links
     where links.token_hash = input ->> 'token' and links.purpose = 'confirm_email'
       and links.expires_at > now();
    if not found then
        return;
    end if;
    for account in
        select link.user_id as id
        union
        select users.id from users where users.email = link.email and not holds_address(users)
         order by id
    loop
        if not lock_user(account, 'user') then
            perform refuse('busy');
        end if;
    end loop;
    -- Another request may have used it meanwhile.
    link := take_link(link.token_hash, 'confirm_email');
    if link.token_hash is null then
        return;
    end if;
    update users as other
       set guest = true, email = null, new_email = null, password_hash = null
      from users as person
     where person.id = link.user_id and person.new_email = link.email and other.id <> person.id
         and other.email = link.email and not holds_address(other)
    returning other.id into unproven;
    perform withdraw_links(unproven) where unproven is not null;
    return query
    update users
       set email = link.email, email_verified = true, new_email = nullif(users.new_email, link.email)
     where users.id = link.user_id and link.email in (users.email, users.new_email)
    returning 'row', 'true';
    perform withdraw_links(link.user_id);
end;

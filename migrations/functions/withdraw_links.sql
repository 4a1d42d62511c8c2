-- Deletes the links of a user, sent or waiting, that confirm an address that needs no confirmation any more.
create or replace function app.withdraw_links(person uuid) returns void language plpgsql as $$
declare
    unverified text := (select users.email from app.users
                         where users.id = person and not users.email_verified);
begin
    delete from app.links where links.user_id = person and links.email is distinct from unverified;
    delete from app.mails
     where mails.user_id = person and mails.kind = 'confirm_email'
       and mails.email is distinct from unverified;
end $$;

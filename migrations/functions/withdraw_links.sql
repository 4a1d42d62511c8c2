-- Deletes the links of a user, sent or waiting, except those that confirm an address that needs it still.
create or replace function app.withdraw_links(person uuid) returns void language plpgsql as $$
declare
    unverified text[] := (select array[case when not users.email_verified then users.email end,
                                       users.new_email]
                            from app.users where users.id = person);
    withdrawn  app.mails;
begin
    delete from app.links
     where links.user_id = person
       and (links.purpose <> 'confirm_email' or (links.email = any (unverified)) is not true);
    for withdrawn in
        delete from app.mails
         where mails.user_id = person and mails.kind in ('confirm_email', 'reset_password')
           and (mails.kind <> 'confirm_email' or (mails.email = any (unverified)) is not true)
        returning mails.*
    loop
        perform app.refund_link(withdrawn);
    end loop;
end $$;

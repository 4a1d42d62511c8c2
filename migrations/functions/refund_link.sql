-- Returns the tokens of a link whose e-mail is withdrawn before anybody tries to send it, so that only those
-- count that may arrive. It waits for nobody, as two users may have links to the same two addresses: tokens
-- of a bucket that another request has just now are lost.
create or replace function app.refund_link(mail app.mails) returns void language plpgsql as $$
begin
    if mail.kind in ('confirm_email', 'reset_password') and mail.attempts = 0
       and mail.claimed_until = '-infinity' then
        update app.buckets as bucket set taken = bucket.taken - 1
         where bucket.slot = 0
           and bucket.key = any (array(
               select free.key from app.buckets as free
                where free.key = any (app.link_keys(mail.user_id, mail.email)) and free.slot = 0
                  and free.taken > 0
                  for no key update skip locked));
    end if;
end $$;

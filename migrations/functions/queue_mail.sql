-- Queues an e-mail about an account. It replaces one of the same kind that was not sent yet; if that is being
-- sent, its new id keeps the sender from deleting the new one.
create or replace function app.queue_mail(person uuid, mail_kind text, address text) returns void
language plpgsql as $$
begin
    insert into app.mails (user_id, kind, email) values (person, mail_kind, address)
    on conflict (user_id, kind, notification_id) do update
       set id = excluded.id, email = excluded.email, next_at = now(), attempts = 0,
           claimed_until = '-infinity';
end $$;

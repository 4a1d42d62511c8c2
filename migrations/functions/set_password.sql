-- Sets the password of a user. Whoever knew the old one loses all access: sessions except one, tokens and
-- links. The user is told, if the address is confirmed.
create or replace function app.set_password(person uuid, new_hash text, kept_session text) returns void
language plpgsql as $$
declare
    address text;
begin
    update app.users set password_hash = new_hash where users.id = person
    returning case when users.email_verified then users.email end into address;
    delete from app.sessions
     where sessions.user_id = person and sessions.token_hash is distinct from kept_session;
    delete from app.tokens where tokens.user_id = person;
    perform app.withdraw_links(person);
    perform app.queue_mail(person, 'password_changed', address) where address is not null;
end $$;

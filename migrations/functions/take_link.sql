-- Uses up a link that was sent by e-mail, and returns it: all null if it is unknown, was used, or has expired.
-- The user is locked before the link is deleted, as by all others that delete links.
create or replace function app.take_link(hash text, wanted text) returns app.links language plpgsql as $$
declare
    link app.links;
begin
    select * into link from app.links
     where links.token_hash = hash and links.purpose = wanted and links.expires_at > now();
    if found and not app.lock_user(link.user_id, 'user') then
        perform app.refuse('busy');
    end if;
    delete from app.links where links.token_hash = link.token_hash returning links.* into link;
    return link;
end $$;

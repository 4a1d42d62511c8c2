-- Uses up a link that was sent by e-mail, and returns it: all null if it is unknown, was used, or has expired.
-- The user is locked before the link is deleted, as by all others that delete links, in the same order as by
-- `lock_caller`.
create or replace function app.take_link(hash text, wanted text) returns app.links language plpgsql as $$
declare
    link app.links;
begin
    select * into link from app.links
     where links.token_hash = hash and links.purpose = wanted and links.expires_at > now();
    perform pg_advisory_xact_lock(hashtextextended('writing ' || link.user_id::text, 0));
    perform from app.users where users.id = link.user_id for no key update;
    delete from app.links where links.token_hash = link.token_hash returning links.* into link;
    return link;
end $$;

-- The buckets of links that a user has sent to an address: the user's own for this address, so that nobody
-- else keeps the owner from getting a link, and a wider one of the address.
create or replace function app.link_keys(person uuid, address text)
returns text[] language plpgsql immutable as $$
begin
    return array['link ' || person::text || ' ' || md5(address), 'link-address ' || md5(address)];
end $$;

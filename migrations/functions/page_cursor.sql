-- The cursor after a row of a list: sort key and id of the row, and fingerprint of the list. Clients return
-- it unchanged, and `Cursor` in `actions` parses it. URL-safe Base64 without padding.
create or replace function app.page_cursor(key text, id uuid, fingerprint text)
returns text language plpgsql immutable as $$
begin
    return translate(encode(convert_to(json_build_array(key, id, fingerprint)::text, 'UTF8'), 'base64'),
        E'+/=\n', '-_');
end $$;

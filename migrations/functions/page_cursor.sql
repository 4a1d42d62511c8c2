-- Cursor behind a row of a list: its key in the order and its id, with the list that it belongs to. Clients
-- hand it back as it is; `Cursor` in `actions` reads it. Base64 for URLs, without padding.
create or replace function app.page_cursor(key text, id uuid, list text) returns text language plpgsql immutable
    as $$
begin
    return translate(encode(convert_to(json_build_array(key, id, list)::text, 'UTF8'), 'base64'), E'+/=\n',
        '-_');
end $$;

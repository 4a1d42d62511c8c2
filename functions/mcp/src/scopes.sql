-- frame: read
-- Scopes of the caller, as the frame found them.
select to_json(scopes)::text

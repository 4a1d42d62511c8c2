-- frame: read
-- Returns the scopes of the caller, as the frame found them.
select 'row', to_json(scopes)::text

-- frame: read, any scope
-- Returns the scopes of the caller.
select 'row', to_json(scopes)::text

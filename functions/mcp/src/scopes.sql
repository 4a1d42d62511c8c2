-- frame: read
-- What the caller may do: the frame has found it out.
select to_json(scopes)::text

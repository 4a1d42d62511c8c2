-- frame: read
-- Returns the time zone of the caller.
select 'row', to_json(zone(caller))::text

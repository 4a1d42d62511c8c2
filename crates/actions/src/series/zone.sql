-- frame: read
-- In which zone the caller lives.
select to_json(zone(caller))::text

-- frame: write, own account, uncounted
-- Moves the next tasks and series of the caller to the time zone. Returns true if some are left. Uncounted,
-- as these calls are part of the request that changed the zone.
select 'row', move_to_zone(caller)::text

-- frame: open, for both
-- Notes something that concerns safety, though the request was refused.
select 'true' from (select tell(input ->> 'type', null, jsonb_build_object(
           'what', input -> 'what', 'route', input -> 'route', 'address', principal -> 'address'))) as told

-- frame: open, for both
-- Reports a security incident of a request that was rejected.
select 'row', 'true'
  from (select add_security_event(input ->> 'type', null, jsonb_build_object(
            'what', input -> 'what', 'route', input -> 'route', 'address', principal -> 'address'))) as added

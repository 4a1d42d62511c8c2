-- frame: open
-- Counts a request against the limit of its address.
select 'row', 'true'

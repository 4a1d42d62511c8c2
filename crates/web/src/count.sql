-- frame: open, for both
-- Counts a request against the limit of its address.
select 'row', 'true'

-- frame: write
-- Finds nothing: the frame returns the answer to a repeat before it comes to this.
select 'row', null::text where false

-- frame: open, uncounted
-- Ends the permit of a holder, unless it has ended and has another holder by now.
update hash_permits as permit set until = '-infinity' where permit.holder = input ->> 'holder'
returning 'row', 'true'

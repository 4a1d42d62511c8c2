-- frame: open, uncounted, for service
-- Tells how far a series has come.
select progress(series)::text from series
 where series.id = (input ->> 'series')::uuid and series.user_id = (input ->> 'user')::uuid

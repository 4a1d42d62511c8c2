-- frame: open, for service
-- Returns the progress of a series, from which its next occurrence is computed.
select 'row', progress(series)::text from series
 where series.id = (input ->> 'series')::uuid and series.user_id = (input ->> 'user')::uuid

-- frame: open, for service
-- Removes streams that have been closed.
with closed as (
    delete from streams where streams.id = any (array(
        select stream::uuid from jsonb_array_elements_text(input -> 'streams') as stream))
    returning streams.live_until
)
select 'row', 'true'
  from (select count_streams('closed', count(*) filter (where closed.live_until > now()))
          from closed) as counted

-- Deletes and counts streams that nobody holds any more: whoever held them has died.
create or replace function app.sweep_streams() returns void language plpgsql as $$
declare
    dead bigint;
begin
    delete from app.streams
     where streams.id = any (array(select stream.id from app.streams as stream
                                    where stream.live_until < clock_timestamp() for update skip locked));
    get diagnostics dead = row_count;
    perform app.count_streams('dead', dead);
end $$;

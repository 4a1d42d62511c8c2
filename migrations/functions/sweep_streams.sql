-- Deletes and counts streams that no instance of the function holds any more, as it has died. Also deletes
-- those of proxies that could not be told to close them.
create or replace function app.sweep_streams() returns void language plpgsql as $$
declare
    dead bigint;
begin
    delete from app.streams
     where streams.id = any (array(
           select stream.id from app.streams as stream
            where stream.live_until
                < clock_timestamp() - case when stream.proxied then interval '5 minutes' else interval '0' end
              for update skip locked));
    get diagnostics dead = row_count;
    perform app.count_streams('dead', dead);
end $$;

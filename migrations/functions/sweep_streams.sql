-- Deletes and counts streams that no instance of the function holds any more, as it has died. Also deletes
-- those that proxies were told to close five minutes ago, and could not be reached since.
create or replace function app.sweep_streams() returns void language plpgsql as $$
declare
    dead bigint;
begin
    -- No stream is live for that long without a sign: the clock was set back.
    update app.streams
       set live_until = clock_timestamp() + case when streams.proxied then 20 else 40 end * interval '1 second',
           asked_at = '-infinity'
     where streams.id = any (array(
           select stream.id from app.streams as stream
            where stream.live_until > clock_timestamp() + interval '3 minutes'
              for update skip locked));
    delete from app.streams
     where streams.id = any (array(
           select stream.id from app.streams as stream
            where case when stream.proxied
                       then stream.asked_at >= stream.ends_at
                            and stream.asked_at < clock_timestamp() - interval '5 minutes'
                       else stream.live_until < clock_timestamp() end
              for update skip locked));
    get diagnostics dead = row_count;
    perform app.count_streams('dead', dead);
end $$;

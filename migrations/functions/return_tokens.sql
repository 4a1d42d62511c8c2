-- Returns a token to each of these buckets, so that an attempt does not count: in the order in which they were
-- taken, as another order would deadlock with attempts of others.
create or replace function app.return_tokens(keys text[]) returns void language plpgsql as $$
declare
    taken_from text;
begin
    foreach taken_from in array keys loop
        update app.buckets as bucket set taken = bucket.taken - 1
         where bucket.key = taken_from and bucket.slot = 0;
    end loop;
end $$;

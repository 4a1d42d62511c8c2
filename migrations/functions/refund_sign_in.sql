-- Returns the tokens of a successful sign-in, so that only failed attempts count: in the order in which they
-- were taken, as another order would deadlock with attempts of others.
create or replace function app.refund_sign_in(email text, address text) returns void language plpgsql as $$
declare
    taken_from text;
begin
    foreach taken_from in array app.sign_in_keys(email, address) loop
        update app.buckets as bucket set taken = bucket.taken - 1
         where bucket.key = taken_from and bucket.slot = 0;
    end loop;
end $$;

-- Returns the tokens of a successful sign-in, so that only failed attempts count: in the order in which they
-- were taken, as another order would deadlock with attempts of others.
create or replace function app.refund_sign_in(email text, address text) returns void language plpgsql as $$
declare
    names   text[] := '{sign-in-address,sign-in,sign-in-account}';
    clients text[] := app.sign_in_clients(email, address);
begin
    for i in 1 .. cardinality(names) loop
        update app.buckets as bucket set taken = bucket.taken - 1
         where bucket.key = names[i] || ' ' || clients[i] and bucket.slot = 0;
    end loop;
end $$;

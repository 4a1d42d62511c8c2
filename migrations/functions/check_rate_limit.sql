-- Counts a request against a rate limit, and returns the state of the limit. Sign-ins are counted exactly:
-- each waits for the one before.
create or replace function app.check_rate_limit(rate_limit text, principal jsonb, input jsonb, caller uuid)
returns text language plpgsql as $$
declare
    address text := principal ->> 'address';
begin
    if rate_limit = 'sign-in' then
        return app.take_from_buckets('{sign-in,sign-in-address}',
                                     array[md5(lower(input ->> 'email')), address], null, address, true);
    elsif rate_limit = 'sign-up' then
        return app.take_from_buckets('{address,sign-up}', array[address, address], null, address);
    elsif caller is null then
        return app.take_from_buckets('{address}', array[address], null, address);
    end if;
    return app.take_from_buckets('{address,user}', array[address, caller::text], caller, address);
end $$;

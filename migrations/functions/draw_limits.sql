-- Draws a request from the buckets of a limit. Sign-ins are counted exactly, so there a request waits for the
-- one before.
create or replace function app.draw_limits(rate_limit text, principal jsonb, input jsonb, caller uuid)
    returns text
language plpgsql as $$
declare
    address text := principal ->> 'address';
begin
    if rate_limit = 'sign-in' then
        return app.draw('{sign-in,sign-in-address}', array[md5(lower(input ->> 'email')), address], null,
            true);
    elsif rate_limit = 'sign-up' then
        return app.draw('{address,sign-up}', array[address, address], null);
    elsif caller is null then
        return app.draw('{address}', array[address], null);
    end if;
    return app.draw('{address,user}', array[address, caller::text], caller);
end $$;

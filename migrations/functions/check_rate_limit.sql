-- Counts a request against a rate limit, and returns the state of the limit. Sign-ins are counted exactly:
-- each waits for the one before.
--
-- Attempts to sign in count for their network address first, so that one beyond its limit takes no tokens of
-- accounts. Then they count for the account at this address, so that nobody elsewhere keeps its owner out,
-- and last for the account as a whole, except where its owner has a session.
create or replace function app.check_rate_limit(rate_limit text, principal jsonb, input jsonb, caller uuid)
returns text language plpgsql as $$
declare
    address text := principal ->> 'address';
    clients text[];
    quota   text;
begin
    if rate_limit = 'sign-in' then
        clients := app.sign_in_clients(input ->> 'email', address);
        if exists (select from app.users as person join app.sessions as session on session.user_id = person.id
                    where person.email = input ->> 'email' and session.expires_at > now()
                      and session.address = principal ->> 'address') then
            clients[3] := null;
        end if;
        return app.take_from_buckets('{sign-in-address,sign-in,sign-in-account}', clients, null, address,
                                     true);
    elsif rate_limit = 'password' then
        -- Attempts of a caller to confirm the own password are counted exactly too.
        quota := app.take_from_buckets('{address,user}', array[address, caller::text], caller, address);
        if caller is null or (quota::json ->> 'refused')::boolean then
            return quota;
        end if;
        return app.take_from_buckets('{password}', array[caller::text], caller, address, true);
    elsif rate_limit = 'sign-up' then
        return app.take_from_buckets('{address,user,sign-up}', array[address, caller::text, address], caller,
                                     address);
    end if;
    return app.take_from_buckets('{address,user}', array[address, caller::text], caller, address);
end $$;

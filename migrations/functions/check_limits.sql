-- Counts a request against the limits of sign-ins, sign-ups or passwords: returns as `quota` the state of the
-- limit, and the buckets whose tokens the frame takes at its end. Sign-ins are counted exactly: each waits for
-- the one before.
--
-- Attempts to sign in count for their network address first, so that one beyond its limit takes no tokens of
-- accounts. Then they count for the account at this address, so that nobody elsewhere keeps its owner out,
-- and last for the account as a whole, except where its owner has a session.
create or replace function app.check_limits(
    rate_limit text, principal jsonb, input jsonb, caller uuid,
    out quota text, out buckets app.buckets[]
) language plpgsql as $$
declare
    address text := principal ->> 'address';
    keys    text[] := array['address ' || address, 'user ' || caller::text];
    usual   record;
begin
    if rate_limit = 'sign-in' then
        keys := app.sign_in_keys(input ->> 'email', address);
        if exists (select from app.users as person join app.sessions as session on session.user_id = person.id
                    where person.email = input ->> 'email' and session.expires_at > now()
                      and session.address = principal ->> 'address') then
            keys[3] := null;
        end if;
    elsif rate_limit = 'sign-up' then
        keys := keys || ('sign-up ' || address);
    end if;
    usual := app.check_buckets(keys, caller, address, rate_limit = 'sign-in');
    quota := usual.quota;
    buckets := usual.buckets;
    -- Attempts of a caller to confirm the own password are counted exactly too.
    if rate_limit = 'password' and caller is not null
       and not coalesce((quota::json ->> 'refused')::boolean, false) then
        quota := (app.check_buckets(array['password ' || caller::text], caller, address, true)).quota;
    end if;
end $$;

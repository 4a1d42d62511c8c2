-- The buckets of attempts to sign in: of the network address, of the account at this address, and of the
-- account.
create or replace function app.sign_in_keys(email text, address text)
returns text[] language plpgsql stable as $$
declare
    account text := md5(email);
begin
    return array['sign-in-address ' || address, 'sign-in ' || account || ' ' || coalesce(address, ''),
                 'sign-in-account ' || account];
end $$;

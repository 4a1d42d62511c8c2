-- The clients of the limits `sign-in-address`, `sign-in` and `sign-in-account`: the network address, the
-- account at this address, and the account.
create or replace function app.sign_in_clients(email text, address text)
returns text[] language plpgsql stable as $$
declare
    account text := md5(email);
begin
    return array[address, account || ' ' || coalesce(address, ''), account];
end $$;

-- True if an account keeps its address from others: it has confirmed it, or an issuer has given it. The address
-- of another account goes to whoever confirms it.
create or replace function app.holds_address(person app.users) returns boolean language plpgsql immutable as $$
begin
    return person.email_verified or person.password_hash is null;
end $$;

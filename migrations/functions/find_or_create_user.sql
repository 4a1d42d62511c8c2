-- The user of an issuer's subject. The first request creates the user, with the e-mail address unless another
-- user has it.
create or replace function app.find_or_create_user(issuer text, subject text, principal jsonb)
returns uuid language plpgsql as $$
#variable_conflict use_variable
declare
    person uuid := (select identity.user_id from app.identities as identity
                     where identity.issuer = find_or_create_user.issuer
                       and identity.subject = find_or_create_user.subject);
begin
    if person is null then
        -- Two concurrent first requests create one user.
        perform pg_advisory_xact_lock(hashtextextended(issuer || ' ' || subject, 1));
        select identity.user_id into person from app.identities as identity
         where identity.issuer = find_or_create_user.issuer
           and identity.subject = find_or_create_user.subject;
        if person is null then
            -- Only addresses that the issuer has verified come this far.
            insert into app.users (id, email, email_verified, name)
            values ((principal ->> 'new_id')::uuid, principal ->> 'email',
                    (principal ->> 'email') is not null, principal ->> 'name')
            on conflict do nothing returning id into person;
            if person is null then
                insert into app.users (id, name) values ((principal ->> 'new_id')::uuid, principal ->> 'name')
                returning id into person;
            end if;
            insert into app.identities (issuer, subject, user_id) values (issuer, subject, person);
        end if;
    end if;
    return person;
end $$;

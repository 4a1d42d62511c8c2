-- Starts the first session of a user with an account, as `begin_session` does, and sends the link that confirms
-- the address. If too many were sent to it, the session has `link_retry_after`: the time in seconds until one
-- may be sent.
create or replace function app.begin_account(person app.users, principal jsonb, input jsonb) returns jsonb
language plpgsql as $$
declare
    wait float8 := app.queue_link(person.id, 'confirm_email', person.email);
begin
    return app.begin_session(person, principal, input)::jsonb
        || jsonb_strip_nulls(jsonb_build_object('link_retry_after', wait::int));
end $$;

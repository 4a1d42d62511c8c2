-- Queues an e-mail with a link, unless too many were sent to the address. Returns null if it is queued, or
-- else the time in seconds until the next one may be sent.
create or replace function app.queue_link(person uuid, purpose text, address text) returns float8
language plpgsql as $$
declare
    keys  text[] := app.link_keys(person, address);
    quota json := (app.check_buckets(keys, person, null, true)).quota::json;
begin
    if (quota ->> 'refused')::boolean then
        -- The limit of the address is the second one, so a token of the first was taken.
        if quota ->> 'policy' = 'link-address' then
            perform app.return_tokens(keys[:1]);
        end if;
        return (quota ->> 'reset')::float8;
    end if;
    -- It replaces one of the same kind that waits, maybe for another address.
    perform app.refund_link(mails) from app.mails where mails.user_id = person and mails.kind = purpose;
    perform app.queue_mail(person, purpose, address);
    return null;
end $$;

-- Queues an e-mail with a link, unless too many were sent to the address. Returns null if it is queued, or
-- else the time in seconds until the next one may be sent.
create or replace function app.queue_link(person uuid, purpose text, address text) returns float8
language plpgsql as $$
declare
    quota json := (app.check_buckets(array['link ' || md5(address)], person, null, true)).quota::json;
begin
    if (quota ->> 'refused')::boolean then
        return (quota ->> 'reset')::float8;
    end if;
    perform app.queue_mail(person, purpose, address);
    return null;
end $$;

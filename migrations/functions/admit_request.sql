-- Admits a request: records its origin for the triggers, identifies the caller, counts the request against
-- the rate limits, and checks the scope, which every token has if it is `any`. Statements with the frame
-- `open` have no scope, and so no caller. `refusal` is null if the request is admitted. A scope that the
-- principal `needs` replaces that of the statement.
create or replace function app.admit_request(
    principal jsonb, input jsonb, role text, scope text, rate_limit text,
    out caller uuid, out scopes text[], out session_expires_at timestamptz,
    out quota text, out buckets app.buckets[], out refusal json
) language plpgsql as $$
declare
    -- Assignments, as `perform` would execute a query for each.
    origin text := set_config('taskflow.actor', principal ->> 'actor', true)
        || set_config('taskflow.actor_name',
               coalesce(principal ->> 'actor_name', principal ->> 'service', ''), true)
        || set_config('taskflow.correlation_id', coalesce(principal ->> 'correlation_id', ''), true)
        || set_config('taskflow.traceparent', coalesce(principal ->> 'traceparent', ''), true);
    counted record;
begin
    if scope is null then
        null;
    elsif role = 'service' then
        -- Only a service may act for another user, and only by statements that services alone may call.
        select person.id into caller from app.users as person
         where principal ? 'service' and person.id = (principal ->> 'user')::uuid;
    elsif principal ? 'session' then
        select session.user_id, session.expires_at, '{read,write,account}'
            into caller, session_expires_at, scopes
          from app.sessions as session
         where session.token_hash = principal ->> 'session' and session.expires_at > now();
    elsif principal ? 'token' then
        select token.user_id, token.scopes into caller, scopes from app.tokens as token
         where token.token_hash = principal ->> 'token'
             and (token.expires_at is null or token.expires_at > now());
    elsif principal ? 'issuer' then
        caller := app.find_or_create_user(principal ->> 'issuer', principal ->> 'subject', principal);
        scopes := array(select granted from jsonb_array_elements_text(principal -> 'scopes') as granted);
    end if;

    -- Guests who are not seen for 90 days are deleted, so a note a day is enough. It waits for nobody.
    if principal ? 'token' or session_expires_at < now() + interval '29 days' then
        update app.users set seen_at = now()
         where users.id = (select person.id from app.users as person
                            where person.id = caller and person.seen_at < now() - interval '1 day'
                              for no key update skip locked);
    end if;

    if rate_limit <> 'none' then
        if rate_limit = 'usual' then
            counted := app.check_buckets(
                array['address ' || (principal ->> 'address'), 'user ' || caller::text], caller,
                principal ->> 'address');
        else
            counted := app.check_limits(rate_limit, principal, input, caller);
        end if;
        quota := counted.quota;
        buckets := counted.buckets;
        if (quota::json ->> 'refused')::boolean then
            refusal := '{"error":"limited"}';
            return;
        end if;
    end if;

    if scope is null then
        null;
    elsif caller is null then
        perform app.add_security_event('token.rejected', null,
                                       jsonb_build_object('address', principal -> 'address'));
        refusal := '{"error":"not_signed_in"}';
    elsif role <> 'service'
          and not coalesce(principal ->> 'needs', scope) = any (array_append(scopes, 'any')) then
        perform app.add_security_event('access.denied', caller, jsonb_build_object(
            'scope', coalesce(principal ->> 'needs', scope), 'address', principal -> 'address'));
        refusal := json_build_object('error', 'forbidden', 'scope', coalesce(principal ->> 'needs', scope));
    elsif principal ? 'admin' then
        -- The issuer may have decided otherwise since.
        if exists (select from app.users as person
                    where person.id = caller and person.admin <> (principal ->> 'admin')::boolean) then
            refusal := app.lock_caller(principal, caller, role);
            if refusal is null then
                update app.users set admin = (principal ->> 'admin')::boolean where users.id = caller;
            end if;
        end if;
    end if;
end $$;

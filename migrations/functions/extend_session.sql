-- Extends the session of a request, and returns true, unless another request is just doing that: nobody waits
-- for it.
create or replace function app.extend_session(principal jsonb) returns boolean language plpgsql as $$
begin
    update app.sessions set expires_at = now() + interval '30 days', address = principal ->> 'address'
     where sessions.token_hash = (select session.token_hash from app.sessions as session
                                   where session.token_hash = principal ->> 'session'
                                     for no key update skip locked);
    return found;
end $$;

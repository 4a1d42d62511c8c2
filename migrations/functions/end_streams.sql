-- Ends the streams of sessions and personal access tokens that were deleted.
create or replace function app.end_streams() returns trigger language plpgsql as $$
begin
    update app.streams set ends_at = now()
     where streams.credential = any (array(select ended.token_hash from ended));
    return null;
end $$;

create or replace trigger end_streams after delete on app.sessions
    referencing old table as ended for each statement execute function app.end_streams();
create or replace trigger end_streams after delete on app.tokens
    referencing old table as ended for each statement execute function app.end_streams();

-- Rejects a request: the frame rolls the body back and returns the reason as a refusal.
create or replace function app.refuse(reason text) returns void language plpgsql as $$
begin
    raise exception using errcode = 'TF000', message = reason;
end $$;

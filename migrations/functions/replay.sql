-- Returns the answer that is kept under this idempotency key, or the refusal `key_used` if the key belongs to
-- another request; null if the request is new.
create or replace function app.replay(caller uuid, key jsonb) returns app.reply_row[] language plpgsql as $$
declare
    answer app.answers;
begin
    select * into answer from app.answers where answers.user_id = caller
        and answers.id = (key ->> 'id')::uuid;
    if not found then
        return null;
    elsif answer.created_at < now() - interval '24 hours' then
        delete from app.answers where answers.user_id = caller and answers.id = answer.id;
        return null;
    elsif answer.fingerprint <> key ->> 'fingerprint' then
        return array[row('refusal', '{"error":"key_used"}')::app.reply_row];
    end if;
    return answer.rows;
end $$;

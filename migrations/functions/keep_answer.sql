-- Keeps the answer to a request under the first id in it, for repeats: only what the body does not have. So
-- what people wrote is not kept once it is deleted for good.
create or replace function app.keep_answer(caller uuid, named jsonb, answer jsonb) returns void
language plpgsql as $$
begin
    insert into app.used_ids (user_id, id, fingerprint, answer)
    values (caller, (named #>> '{ids,0}')::uuid, md5(named ->> 'body')::uuid,
            (select jsonb_object_agg(member.name, member.value)
               from jsonb_each(keep_answer.answer) as member (name, value)
              where member.value is distinct from coalesce(named -> 'body' -> member.name, 'null')));
end $$;

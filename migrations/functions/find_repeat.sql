-- Finds the answer to a request that is a repeat: one with the same body was done under its first id. Null if
-- the request is new. It is refused if one of its ids is used. `named` has the `ids` that the client has
-- chosen, the `kind` of the answer, and the `body` of the request.
create or replace function app.find_repeat(caller uuid, named jsonb) returns text language plpgsql as $$
declare
    ids    uuid[] := array(select id::uuid from jsonb_array_elements_text(named -> 'ids') as id);
    known  app.used_ids;
    answer jsonb;
begin
    select * into known from app.used_ids where used_ids.user_id = caller and used_ids.id = ids[1];
    if known.fingerprint = md5(named ->> 'body')::uuid then
        answer := (named -> 'body') || known.answer;
        -- The composite types give each member its place and its format, and nulls to the others.
        return case
            when named ->> 'kind' = 'task' then row_to_json(jsonb_populate_record(null::app.task, answer))
            when named ->> 'kind' = 'recurring_task'
                then row_to_json(jsonb_populate_record(null::app.recurring_task, answer))
            when answer ? 'before'
                then row_to_json(jsonb_populate_record(null::app.relative_reminder, answer))
            else row_to_json(jsonb_populate_record(null::app.absolute_reminder, answer)) end::text;
    end if;
    -- An id may not have two meanings for one user, nor be in use by anyone.
    if cardinality(ids) > (select count(distinct id) from unnest(ids) as id)
       or exists (select from app.used_ids where used_ids.user_id = caller and used_ids.id = any (ids))
       or exists (select from app.tasks where tasks.id = any (ids))
       or exists (select from app.series where series.id = any (ids))
       or exists (select from app.reminders where reminders.id = any (ids))
       or exists (select from app.notifications where notifications.id = any (ids)) then
        perform app.refuse('id_taken');
    end if;
    return null;
end $$;

-- Body that is a block of PL/pgSQL, as a function of its own, so that its frame receives the rows it returns.
create function statements.{name}_body(caller uuid, principal jsonb, input jsonb)
    returns table (kind text, body text)
language plpgsql set search_path = app, pg_temp as $body$
#variable_conflict use_column
{body}
$body$;
revoke all on function statements.{name}_body from public;

-- Describes the failure of a body. Error messages may contain personal data, so only that of `refuse` is
-- returned; of others the SQLSTATE, the violated constraint, and the context: the call stack in PL/pgSQL.
create or replace function app.refusal(code text, violated text, message text, context text) returns json
    language plpgsql as $$
begin
    if code = 'TF000' then
        return json_build_object('error', message, 'constraint', null, 'context', null);
    elsif code = '55P03' then
        -- A lock was not free in time.
        return '{"error":"busy"}';
    end if;
    return json_build_object('error', code, 'constraint', nullif(violated, ''), 'context', context);
end $$;

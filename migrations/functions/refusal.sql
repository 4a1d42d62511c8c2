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
    elsif code = '23505' and violated in ('tasks_pkey', 'series_pkey', 'reminders_pkey') then
        -- Another user has just used the id: `find_repeat` has not seen that yet.
        return '{"error":"id_taken","constraint":null,"context":null}';
    end if;
    return json_build_object('error', code, 'constraint', nullif(violated, ''), 'context', context);
end $$;

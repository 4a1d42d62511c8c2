-- Describes the failure of a body. Error messages may contain personal data, so only that of `refuse` is
-- returned.
create or replace function app.refusal(code text, violated text, message text, place text) returns json
    language plpgsql as $$
begin
    if code = 'TF000' then
        return json_build_object('error', message, 'constraint', null, 'place', null);
    end if;
    return json_build_object('error', code, 'constraint', nullif(violated, ''), 'place', place);
end $$;

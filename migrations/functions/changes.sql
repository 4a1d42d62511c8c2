-- The differences between two states of an item: `{"title": {"from": …, "to": …}}`.
create or replace function app.changes(before json, after json) returns json language plpgsql immutable as $$
begin
    if before is null or after is null then
        return '{}';
    end if;
    return (select coalesce(json_object_agg(new.key, json_build_object('from', old.value, 'to', new.value)),
                            '{}')
              from json_each(after) as new join json_each(before) as old on old.key = new.key
             where old.value::text <> new.value::text and new.key not in ('version', 'seq', 'updated_at'));
end $$;

-- The number of tasks, from the first on, whose JSON fits on a page: at least one. The texts behind the first
-- one that does not fit are not read.
create or replace function app.count_fitting(ids uuid[], max_bytes int) returns int
language plpgsql stable as $$
declare
    bytes int := 0;
begin
    for number in 1 .. cardinality(ids) loop
        -- `json_agg` writes two characters between items. A task that was purged meanwhile has no bytes.
        bytes := bytes + 2 + coalesce((select octet_length(app.client_json(task)::text)
                                         from app.tasks as task where task.id = ids[number]), 0);
        if bytes > max_bytes then
            return greatest(number - 1, 1);
        end if;
    end loop;
    return cardinality(ids);
end $$;

-- The data of an event without what people wrote: states and changes are null.
create or replace function app.erase_contents(data json) returns json language plpgsql immutable as $$
begin
    return (select json_object_agg(member.key, case when member.key not in ('before', 'after', 'changes')
                                                    then member.value end)
              from json_each(data) as member);
end $$;

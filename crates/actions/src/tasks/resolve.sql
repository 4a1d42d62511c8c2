-- frame: read
-- Finds a task of the caller by its id or by words of its title. Returns `{hit, is_exact}`; or `{ambiguous}`
-- with up to six matches; or `{no_match}` with similar ones; or nothing if no task has that id.
declare
    search json;
begin
    if input ? 'id' then
        return query
            select 'row', json_build_object('hit', client_json(task), 'is_exact', true)::text
              from tasks as task
             where task.id = (input ->> 'id')::uuid and task.user_id = caller
               and (task.deleted_at is null or (input ->> 'in_trash')::boolean);
        return;
    end if;
    perform take_place('searching', caller);
    search := find_by_words($$(select id, title, words, status = 'active' as open, due_date, all_day, user_id,
                                      updated_at
                                 from app.tasks where deleted_at is null)$$,
                            input ->> 'words', not (input ->> 'done_first')::boolean, caller);
    if json_array_length(search -> 'matches') = 1 and not (search ->> 'is_suggestion')::boolean then
        return query
            select 'row', json_build_object(
                       'hit', client_json(task),
                       'is_exact', (search ->> 'is_exact')::boolean and not exists (
                           select from tasks as other
                            where other.user_id = caller and lower(other.title) = lower(task.title)
                              and other.id <> task.id))::text
              from tasks as task where task.id = (search #>> '{matches,0,id}')::uuid;
        return;
    end if;
    return query select 'row', json_build_object(
        case when (search ->> 'is_suggestion')::boolean then 'no_match' else 'ambiguous' end,
        search -> 'matches')::text;
end;

-- frame: read
-- Finds a series of the caller by its id or by words of its title. Returns `{hit, is_exact, open_tasks}`,
-- with the number of its open tasks; or `{ambiguous}` with up to six matches; or `{no_match}` with similar
-- ones; or nothing if no series has that id.
declare
    search json;
begin
    if not input ? 'id' then
        perform take_place('searching', caller);
        search := find_by_words($$(select id, title, app.words(title, null, user_id) as words,
                                          place is not null as open,
                                          app.planned_due_date(series, place) as due_date,
                                          app.is_all_day(series) as all_day, user_id, updated_at
                                     from app.series as series)$$,
                                input ->> 'words', true, caller);
        if json_array_length(search -> 'matches') <> 1 or (search ->> 'is_suggestion')::boolean then
            return query select 'row', json_build_object(
                case when (search ->> 'is_suggestion')::boolean then 'no_match' else 'ambiguous' end,
                search -> 'matches')::text;
            return;
        end if;
    end if;
    return query
        select 'row', json_build_object(
                   'hit', client_json(match),
                   'is_exact', input ? 'id' or (search ->> 'is_exact')::boolean and not exists (
                       select from series as other
                        where other.user_id = caller and lower(other.title) = lower(match.title)
                          and other.id <> match.id),
                   'open_tasks', (select count(*) from tasks
                                   where tasks.recurring_task_id = match.id and tasks.status = 'active'
                                     and tasks.deleted_at is null))::text
          from series as match
         where match.user_id = caller
           and match.id = coalesce(input ->> 'id', search #>> '{matches,0,id}')::uuid;
end;

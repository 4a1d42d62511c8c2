-- frame: read
-- Finds a series of the caller by its id or by words of its title. Returns `{hit, is_exact, open_tasks}`,
-- with the number of its open tasks; or `{ambiguous}` with those that fit; or `{no_match}` with similar ones;
-- or nothing if no series has that id.
declare
    named json;
begin
    if not input ? 'id' then
        named := find_by_words($$(select id, title, app.words(title, null, user_id) as words,
            place is not null as open,
                                 app.planned_due_date(series, place) as due_date, app.is_all_day(series) as all_day,
                                 user_id, updated_at from app.series as series)$$,
                       input ->> 'words', true, caller);
        if json_array_length(named -> 'best') <> 1 or (named ->> 'alike')::boolean then
            return query select 'row', json_build_object(
                case when (named ->> 'alike')::boolean then 'no_match'
                    else 'ambiguous' end, named -> 'best')::text;
            return;
        end if;
    end if;
    return query
        select 'row', json_build_object(
                   'hit', client_json(one),
                   'is_exact', input ? 'id' or (named ->> 'exact')::boolean and not exists (
                       select from series as other
                        where other.user_id = caller and lower(other.title) = lower(one.title)
                            and other.id <> one.id),
                   'open_tasks', (select count(*) from tasks
                                   where tasks.recurring_task_id = one.id and tasks.status = 'active'
                                     and tasks.deleted_at is null))::text
          from series as one
         where one.user_id = caller and one.id = coalesce(input ->> 'id', named #>> '{best,0,id}')::uuid;
end;

-- frame: read, in steps
-- Which series of the caller is meant. One row: `{"hit": …, "is_exact", "open_tasks"}` with how many tasks of it are to be done, or
-- `{"ambiguous": […]}` of what fits, or `{"no_match": […]}` of what is alike; none where nothing has that id.
declare
    named json;
    one   series;
begin
    if not input ? 'id' then
        named := named($$(select id, title, app.words(title, null, user_id) as words, place is not null as open,
                                 app.planned(series, place) as due_date, app.is_all_day(series) as all_day,
                                 user_id, updated_at from app.series as series)$$,
                       input ->> 'words', true, caller);
        if json_array_length(named -> 'best') <> 1 or (named ->> 'alike')::boolean then
            lines := array[json_build_object(case when (named ->> 'alike')::boolean then 'no_match' else 'ambiguous' end,
                                             named -> 'best')::text];
            return next lines[1];
        end if;
    end if;
    if lines = '{}' then
        select * into one from series
         where series.user_id = caller and series.id = coalesce(input ->> 'id', named #>> '{best,0,id}')::uuid;
        if found then
            lines := array[json_build_object(
                'hit', shown(one),
                'is_exact', input ? 'id' or (named ->> 'exact')::boolean and not exists (
                    select from series as other
                     where other.user_id = caller and lower(other.title) = lower(one.title) and other.id <> one.id),
                'open_tasks', (select count(*) from tasks
                                where tasks.recurring_task_id = one.id and tasks.status = 'active' and tasks.deleted_at is null))::text];
            return next lines[1];
        end if;
    end if;
end;

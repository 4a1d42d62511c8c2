-- Finds the tasks or series of a user that words refer to: up to six of `{id, title, open, due_date,
-- all_day}` as `best`, the likeliest first; `exact` is true if the first has these words as its title,
-- `alike` if all are mere suggestions.
--
-- `things` is a table, or a query in parentheses, with those columns and `user_id`, `words` and `updated_at`.
-- It is never made of input. A match is tried in this order:
-- 1. The title equals the words.
-- 2. The title contains all of the words as they are written, except for those that English ignores (`the`).
--    Open things come first, or closed ones if `open_first` is false; a closed thing with the very title
--    counts as much as an open one that contains the words.
-- 3. The title is similar, or other forms of the words occur in title or description. Such things are
--    suggested and never taken for a match: `pay rent march` is very similar to `pay rent may`, and
--    `important` and `import` have one stem.
create or replace function app.find_by_words(things text, words text, open_first boolean, caller uuid) returns json
language plpgsql stable as $$
declare
    -- Null if English ignores all of the words.
    relevant   text := (select string_agg(lexeme, ' ') from unnest(to_tsvector('pg_catalog.simple', words))
                         where to_tsvector('pg_catalog.english', lexeme) <> '');
    as_written tsquery := plainto_tsquery('pg_catalog.simple', relevant);
    query      text := app.build_search_query(coalesce(relevant, words), caller)::text;
    -- Whole words in place of prefixes. Words of a title have the weight A.
    in_title   tsquery := replace(query, ''':*', ''':A')::tsquery;
    anywhere   tsquery := replace(query, ''':*', '''')::tsquery;
    columns    text := 'json_agg(json_build_object(''id'', id, ''title'', title, ''open'', open, '
                       '''due_date'', due_date, ''all_day'', all_day)';
    condition  text;
    best       json;
begin
    foreach condition in array array[
        'lower(thing.title) = lower($2) and thing.open = $5',
        '(lower(thing.title) = lower($2)
          or thing.words @@ $4 and to_tsvector(''pg_catalog.simple'', thing.title) @@ $6
             and thing.open = $5)',
        'thing.words @@ $4 and to_tsvector(''pg_catalog.simple'', thing.title) @@ $6']
    loop
        execute format('select %s order by likeness desc, due_date, id)
                          from (select *, public.similarity(title, $2) as likeness
                                  from (select * from %s as thing
                                         where thing.user_id = $1 and %s limit 500) as matches
                                 order by likeness desc, due_date, id limit 6) as best',
                       columns, things, condition)
           into best using caller, words, anywhere, in_title, open_first, as_written;
        if best is not null then
            return json_build_object('best', best, 'alike', false,
                                     'exact', lower(best #>> '{0,title}') = lower(words));
        end if;
    end loop;

    -- Only the latest thousand: similarity has no index.
    execute format('select %s order by likeness desc, open desc, id)
                      from (select *, case when words @@ $3 then 1
                                           else public.word_similarity($2, title) end as likeness
                              from (select * from %s as thing where thing.user_id = $1
                                     order by thing.updated_at desc limit 1000) as latest
                             order by likeness desc, open desc, id limit 6) as best
                     where likeness >= 0.3', columns, things)
       into best using caller, left(words, 100), anywhere;
    return json_build_object('best', coalesce(best, '[]'), 'alike', true, 'exact', false);
end $$;

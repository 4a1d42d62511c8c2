-- Finds the tasks or series of a user by words of their titles: up to six of `{id, title, open, due_date,
-- all_day}` as `matches`, the best first. `is_exact` is true if the title of the first equals the words,
-- `is_suggestion` if they are similar at most.
--
-- `source` is a table, or a query in parentheses, with those columns and `user_id`, `words` and `updated_at`.
-- It must never contain input. Matches are tried in this order:
-- 1. The title equals the words.
-- 2. The title contains all of the words as they are written, except for stop words of English (`the`). Open
--    items come first, or closed ones if `open_first` is false; a closed item whose title equals the words
--    ranks with open ones that contain them.
-- 3. The title is similar, or other forms of the words occur in title or description. These are suggestions
--    and never matches: `pay rent march` is very similar to `pay rent may`, and `important` and `import` have
--    one stem.
create or replace function app.find_by_words(source text, words text, open_first boolean, caller uuid)
returns json language plpgsql stable as $$
declare
    -- Null if all of the words are stop words.
    relevant   text := (select string_agg(lexeme, ' ') from unnest(to_tsvector('pg_catalog.simple', words))
                         where to_tsvector('pg_catalog.english', lexeme) <> '');
    as_written tsquery := plainto_tsquery('pg_catalog.simple', relevant);
    query      text := app.build_search_query(coalesce(relevant, words), caller)::text;
    -- Whole words instead of prefixes. Words of a title have the weight A.
    in_title   tsquery := replace(query, ''':*', ''':A')::tsquery;
    anywhere   tsquery := replace(query, ''':*', '''')::tsquery;
    columns    text := 'json_agg(json_build_object(''id'', id, ''title'', title, ''open'', open, '
                       '''due_date'', due_date, ''all_day'', all_day)';
    condition  text;
    matches    json;
begin
    foreach condition in array array[
        'lower(item.title) = lower($2) and item.open = $5',
        '(lower(item.title) = lower($2)
          or item.words @@ $4 and to_tsvector(''pg_catalog.simple'', item.title) @@ $6
             and item.open = $5)',
        'item.words @@ $4 and to_tsvector(''pg_catalog.simple'', item.title) @@ $6']
    loop
        execute format('select %s order by likeness desc, due_date, id)
                          from (select *, public.similarity(title, $2) as likeness
                                  from (select * from %s as item
                                         where item.user_id = $1 and %s limit 500) as candidates
                                 order by likeness desc, due_date, id limit 6) as best',
                       columns, source, condition)
           into matches using caller, words, anywhere, in_title, open_first, as_written;
        if matches is not null then
            return json_build_object('matches', matches, 'is_suggestion', false,
                                     'is_exact', lower(matches #>> '{0,title}') = lower(words));
        end if;
    end loop;

    -- Only the latest thousand: similarity has no index.
    execute format('select %s order by likeness desc, open desc, id)
                      from (select *, case when words @@ $3 then 1
                                           else public.word_similarity($2, title) end as likeness
                              from (select * from %s as item where item.user_id = $1
                                     order by item.updated_at desc limit 1000) as latest
                             order by likeness desc, open desc, id limit 6) as best
                     where likeness >= 0.3', columns, source)
       into matches using caller, left(words, 100), anywhere;
    return json_build_object('matches', coalesce(matches, '[]'), 'is_suggestion', true, 'is_exact', false);
end $$;

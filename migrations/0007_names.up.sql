-- What people call a task or a series in words, and which one they mean.

-- Likeness of words, by the groups of three letters that they share.
create extension if not exists pg_trgm with schema public;

-- What is called so: up to six of `{id, title, open, due_date, all_day}`, the likeliest first; whether that is its very title; and
-- whether they are only alike. The things are a table, or a query in parentheses, with those columns and `user_id`, `words` and
-- `updated_at`; no input is ever a part of it.
--
-- First the title itself counts, then all of the words in it, each as it is written, but for those that English has everywhere
-- (`the`); among equals what is open, or what is not where `open_first` is false. What has the title but is not open, where others
-- that are have the words, is as likely as those. Only where nothing has the words is looked for what is alike, has other forms of
-- them, or has them in its description: to be suggested, never to be taken for what was meant (`pay rent march` is much like `pay
-- rent may`, and English has one stem for `important` and `import`).
create function app.named(things text, words text, open_first boolean, caller uuid) returns json
language plpgsql stable as $$
declare
    -- Null where none of the words says anything.
    telling    text := (select string_agg(lexeme, ' ') from unnest(to_tsvector('pg_catalog.simple', words))
                         where to_tsvector('pg_catalog.english', lexeme) <> '');
    as_written tsquery := plainto_tsquery('pg_catalog.simple', telling);
    sought     text := app.sought(coalesce(telling, words), caller)::text;
    -- The words of a title have the weight A. What `sought` looks for are beginnings.
    in_title   tsquery := replace(sought, ''':*', ''':A')::tsquery;
    anywhere   tsquery := replace(sought, ''':*', '''')::tsquery;
    shown      text := $shown$json_agg(json_build_object('id', id, 'title', title, 'open', open, 'due_date', due_date, 'all_day', all_day)$shown$;
    condition  text;
    best       json;
begin
    foreach condition in array array[
        'lower(thing.title) = lower($2) and thing.open = $5',
        '(lower(thing.title) = lower($2) or thing.words @@ $4 and to_tsvector(''pg_catalog.simple'', thing.title) @@ $6 and thing.open = $5)',
        'thing.words @@ $4 and to_tsvector(''pg_catalog.simple'', thing.title) @@ $6']
    loop
        execute format('select %s order by likeness desc, due_date, id) from (
                            select *, public.similarity(title, $2) as likeness
                              from (select * from %s as thing where thing.user_id = $1 and %s limit 500) as fitting
                             order by likeness desc, due_date, id limit 6) as best', shown, things, condition)
           into best using caller, words, anywhere, in_title, open_first, as_written;
        if best is not null then
            return json_build_object('best', best, 'alike', false, 'exact', lower(best #>> '{0,title}') = lower(words));
        end if;
    end loop;

    -- Of somebody who has thousands, those that were changed last.
    execute format('select %s order by likeness desc, open desc, id) from (
                        select *, case when words @@ $3 then 1 else public.word_similarity($2, title) end as likeness
                          from (select * from %s as thing where thing.user_id = $1 order by thing.updated_at desc limit 1000) as latest
                         order by likeness desc, open desc, id limit 6) as best
                     where likeness >= 0.3', shown, things)
       into best using caller, left(words, 100), anywhere;
    return json_build_object('best', coalesce(best, '[]'), 'alike', true, 'exact', false);
end $$;

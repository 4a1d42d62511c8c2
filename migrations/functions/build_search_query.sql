-- A query that matches tasks of a user that contain words with each of these prefixes, unchanged or stemmed.
-- Null if there are no words.
create or replace function app.build_search_query(words text, person uuid)
returns tsquery language plpgsql immutable as $$
declare
    word       text;
    stem       text;
    word_query tsquery;
    combined   tsquery;
begin
    for word in select lexeme from unnest(to_tsvector('pg_catalog.simple', words)) loop
        -- English drops some words (`the`), and splits others (`e-mail`): those have no stem.
        select case when count(*) = 1 then min(lexeme) end into stem
          from unnest(to_tsvector('pg_catalog.english', word));
        -- Words that begin with `running` also begin with its stem `run`.
        word_query := app.prefix_query(case when starts_with(word, stem) then stem else word end, person);
        if not starts_with(word, stem) then
            word_query := word_query || app.prefix_query(stem, person);
        end if;
        combined := case when combined is null then word_query else combined && word_query end;
    end loop;
    return combined;
end $$;

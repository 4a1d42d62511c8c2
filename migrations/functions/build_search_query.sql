-- A query that matches a user's tasks with words that begin like each of these, unchanged or stemmed. Null if
-- there are no words.
create or replace function app.build_search_query(words text, person uuid)
returns tsquery language plpgsql immutable as $$
declare
    word    text;
    stem    text;
    matched tsquery;
    whole   tsquery;
begin
    for word in select lexeme from unnest(to_tsvector('pg_catalog.simple', words)) loop
        -- English drops some words (`the`), and splits others (`e-mail`): those have no stem.
        select case when count(*) = 1 then min(lexeme) end into stem
          from unnest(to_tsvector('pg_catalog.english', word));
        -- All that begins with `running` begins with its stem `run` too.
        matched := app.prefix_query(case when starts_with(word, stem) then stem else word end, person);
        if not starts_with(word, stem) then
            matched := matched || app.prefix_query(stem, person);
        end if;
        whole := case when whole is null then matched else whole && matched end;
    end loop;
    return whole;
end $$;

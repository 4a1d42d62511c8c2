-- The words of a text, both unchanged and stemmed as English, so that a search finds names and inflections.
create or replace function app.search_vector(title text, description text) returns tsvector
language plpgsql immutable as $$
declare
    words tsvector := setweight(to_tsvector('pg_catalog.simple', title)
                                || to_tsvector('pg_catalog.english', title), 'A');
begin
    if description is not null then
        words := words || setweight(to_tsvector('pg_catalog.simple', description)
                                    || to_tsvector('pg_catalog.english', description), 'B');
    end if;
    return words;
end $$;

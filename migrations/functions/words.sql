-- The search words of a task, each with the prefix of its user.
create or replace function app.words(title text, description text, person uuid)
returns tsvector language plpgsql immutable as $$
begin
    -- A longer word would not fit into the index with its prefix.
    if octet_length(description) > 2000 then
        description := regexp_replace(description, '\S{255,}', ' ', 'g');
    end if;
    -- The text of a tsvector is `'buy':1A 'milk':2A`, and no word contains a space.
    return replace(' ' || app.search_vector(title, description)::text,
                   ' ''', ' ''' || app.user_prefix(person))::tsvector;
end $$;

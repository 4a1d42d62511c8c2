-- A search query for words that begin with this one, among the words of one user.
create or replace function app.prefix_query(word text, person uuid)
returns tsquery language sql immutable as $$
    select ('''' || app.user_prefix(person) || replace(replace(word, '\', '\\'), '''', '''''')
            || ''':*')::tsquery
$$;

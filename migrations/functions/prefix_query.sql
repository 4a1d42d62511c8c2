-- A query that matches a user's words by their beginning.
create or replace function app.prefix_query(word text, person uuid)
returns tsquery language sql immutable as $$
    select ('''' || app.user_prefix(person) || replace(replace(word, '\', '\\'), '''', '''''')
            || ''':*')::tsquery
$$;

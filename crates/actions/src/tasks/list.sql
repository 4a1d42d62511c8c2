-- frame: read
-- Returns a page of the caller's tasks that match the filters: `{items, total, next_cursor}`. A page of long
-- texts ends before its limit.
--
-- The query is assembled from fragments, because planning one query that covers all filters takes longer
-- than running most lists. Input is never part of its text, only of its parameters: $1 is the caller, $2 the
-- input, $3 the search query.
declare
    -- Sort key with its type, and the direction.
    sorting      record;
    -- Fragments of the query: filters, `with` clause, table to sort, sort key, length of the description,
    -- number of matches (`null` if that takes a query of its own), and start of the page.
    conditions   text;
    with_clause  text;
    source       text := 'tasks';
    key          text;
    length_sql   text := 'octet_length(task.description)';
    count_sql    text := 'null';
    after_sql    text;
    ids          uuid[];
    text_bytes   bigint;
    items        text;
    total        bigint;
    counted_seq  bigint;
    max_items    int := (input ->> 'limit')::int;
    max_bytes    int := page_bytes(principal);
    skipped      bigint := (input ->> 'offset')::bigint;
    next_cursor  text;
    search_query tsquery;
    -- Limits of ranking, in bytes of vectors.
    small_bytes  int;
    most_bytes   int;
begin
    if input ->> 'search' is not null then
        perform take_place('searching', caller);
        search_query := build_search_query(input ->> 'search', caller);
    end if;
    select kinds.*, case when (input ->> 'descending')::boolean then 'desc' else 'asc' end as direction,
           case when (input ->> 'descending')::boolean then '<' else '>' end as sign
      into sorting
      from (values ('created_at',   'task.created_at',                                  'timestamptz', false),
                   ('updated_at',   'task.updated_at',                                  'timestamptz', false),
                   ('due_date',     'task.due_date',                                    'timestamptz', true),
                   ('completed_at', 'task.completed_at',                                'timestamptz', true),
                   ('title',        'lower(task.title)',                                'text',        false),
                   ('priority',     'priority_rank(task.priority)',                     'int',         false),
                   ('relevance',    '0::real',                                          'real',        false)
           ) as kinds (name, key, type, nullable)
     where kinds.name = input ->> 'sort_by';

    conditions := concat_ws(' and ', 'task.user_id = $1',
        case when (input ->> 'deleted')::boolean then 'task.deleted_at is not null'
             else 'task.deleted_at is null' end,
        case when input ->> 'status' is not null then $$task.status = $2 ->> 'status'$$
             -- Allows the use of the index on status and priority.
             when input ->> 'priorities' is not null then $$task.status in ('active', 'completed')$$ end,
        case when input ->> 'priorities' is not null
             then $$task.priority = any (($2 ->> 'priorities')::text[])$$ end,
        case when input ->> 'tags' is null then null
             when input ->> 'tags_mode' = 'any' then $$task.tags && ($2 ->> 'tags')::text[]$$
             else $$task.tags @> ($2 ->> 'tags')::text[]$$ end,
        case when input ? 'due_after'
             then $$task.due_date >= (select lower_bound($2 -> 'due_after', $1))$$ end,
        case when input ? 'due_before'
             then $$task.due_date <= (select upper_bound($2 -> 'due_before', $1))$$ end,
        case when input ? 'completed_after' then
            $$task.status = 'completed'
              and task.completed_at >= (select lower_bound($2 -> 'completed_after', $1))$$ end,
        case when input ? 'completed_before' then
            $$task.status = 'completed'
              and task.completed_at <= (select upper_bound($2 -> 'completed_before', $1))$$ end,
        case (input ->> 'overdue')::boolean
             when true then $$task.status = 'active' and task.due_date < now()$$
             when false then
                 $$(task.status <> 'active' or task.due_date is null or task.due_date >= now())$$ end,
        case (input ->> 'missed')::boolean when true then 'task.missed' when false then 'not task.missed' end,
        case when input ->> 'search' is null then null
             -- A search without words, such as `:-)`, is matched literally. No index helps, so of descriptions
             -- only the short ones are read: the long ones of ten thousand tasks take seconds.
             when search_query is null then
                 $$position($2 ->> 'search' in task.title || ' ' ||
                     case when octet_length(task.description) <= 2000 then task.description else '' end) > 0$$
             else 'task.words @@ $3' end);

    -- Ranking takes time for each word of the search and each byte of a vector. So of large vectors only those
    -- of the newest matches are ranked, and others come last. Without words all matches rank alike. The
    -- subquery is executed for the first large vector, if there is one.
    if sorting.name = 'relevance' and search_query is not null then
        small_bytes := case when numnode(search_query) < 10 then 2000 else 0 end;
        most_bytes := 20000000 / numnode(search_query);
        sorting.key := format(
            $$case when pg_column_size(task.words) < %1$s
                     or task.id >= (
                        select large.id
                          from (select task.id, sum(pg_column_size(task.words))
                                           over (order by task.id desc rows unbounded preceding) as bytes
                                  from tasks as task
                                 where %3$s and pg_column_size(task.words) >= %1$s) as large
                         where large.bytes <= %2$s
                         order by large.id limit 1)
                   then ts_rank(task.words, $3) else 0 end$$,
            small_bytes, most_bytes, conditions);
    end if;
    key := sorting.key;
    -- Ranking reads all matches, so it counts them too.
    if sorting.name = 'relevance' then
        with_clause := format('with found as materialized (
            select task.id, %s as key, %s as length from tasks as task where %s)',
                              key, length_sql, conditions);
        source := 'found';
        key := 'task.key';
        length_sql := 'task.length';
        count_sql := '(select count(*) from found)';
    end if;

    -- Starts after the last task of the previous page: by key, then by id. Tasks without a key come last.
    after_sql := case
        when not input ? 'after' then ''
        when input -> 'after' ->> 'key' is null
        then format($$ and %s is null and task.id %s ($2 -> 'after' ->> 'id')::uuid$$, key, sorting.sign)
        else format($$ and ((%1$s, task.id) %2$s (($2 -> 'after' ->> 'key')::%3$s,
            ($2 -> 'after' ->> 'id')::uuid)%4$s)$$,
                    key, sorting.sign, sorting.type, case when sorting.nullable
                        then format(' or %s is null', key) end) end;

    execute format('%1$s select coalesce(array_agg(one.id), ''{}''), sum(one.length), %9$s
                      from (select task.id, %8$s as length from %2$s as task where %3$s%4$s
                             order by %5$s %6$s %7$s, task.id %6$s limit $4 offset $5) as one',
                   with_clause, source, case when with_clause is null then conditions else 'true' end,
                   after_sql, key, sorting.direction,
                   case when sorting.nullable then 'nulls last' end, length_sql, count_sql)
       into ids, text_bytes, total using caller, input, search_query, max_items + 1, skipped;

    -- If the first page has all matches, their number is known. Otherwise the cached total is used if the
    -- user has changed nothing since.
    if total is null and cardinality(ids) <= max_items and skipped = 0 and after_sql = '' then
        total := cardinality(ids);
    elsif total is null then
        select cached.total into total
          from totals as cached join users on users.id = cached.user_id and users.seq = cached.seq
         where cached.user_id = caller and cached.total_key = input ->> 'total_key';
    end if;
    if total is null then
        -- One query, and so one snapshot: the count is right for this `seq`.
        execute format('select count(*), (select users.seq from users where users.id = $1)
                          from tasks as task where %s', conditions)
           into total, counted_seq using caller, input, search_query;
        if total > 500 and input ? 'total_key' then
            insert into totals (user_id, total_key, seq, total)
            values (caller, input ->> 'total_key', counted_seq, total)
            on conflict (user_id, total_key) do update
               set seq = excluded.seq, total = excluded.total, counted_at = excluded.counted_at;
        end if;
    end if;

    -- A page ends where its JSON would be too long. Lengths of descriptions are known without reading them,
    -- so the JSON of many long ones is not even tried; escapes can make that of others too long.
    if text_bytes > max_bytes then
        max_items := count_fitting(ids[:max_items], max_bytes);
    end if;
    loop
        items := (select coalesce(json_agg(client_json(task) order by page.number), '[]')::text
                    from unnest(ids[:max_items]) with ordinality as page (id, number)
                    join tasks as task on task.id = page.id);
        exit when octet_length(items) <= max_bytes or max_items = 1;
        max_items := count_fitting(ids[:max_items], max_bytes);
    end loop;

    if cardinality(ids) > max_items then
        -- Null if the task was purged after it was found.
        execute format($$select page_cursor(to_json(%s) #>> '{}', task.id, $2 ->> 'fingerprint')
                           from tasks as task where task.id = $4$$, sorting.key)
           into next_cursor using caller, input, search_query, ids[max_items];
    end if;
    -- Concatenated, as the items are parsed no more.
    return query select 'row', '{"items":' || items || ',"total":' || total || ',"next_cursor":'
                               || coalesce(to_json(next_cursor)::text, 'null') || '}';
end;

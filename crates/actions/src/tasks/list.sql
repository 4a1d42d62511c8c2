-- frame: read
-- Lists the caller's tasks that match, and counts them: `{items, total, next_cursor}`.
--
-- The query is assembled from the texts below: planning one for everything that can be asked for takes longer
-- than most lists. No input is ever part of its text: $1 is the caller, $2 the input, $3 the search.
declare
    -- Key of the order, its type, and its direction.
    sorting record;
    fits    text;
    found   text;
    -- Rows to order, the key, and their number if that is known by then.
    source  text := 'tasks';
    key     text;
    counted text := 'null';
    behind  text;
    ids     uuid[];
    total   bigint;
    most    int := (input ->> 'limit')::int;
    skipped bigint := (input ->> 'offset')::bigint;
    next    text;
    words   tsquery := sought(input ->> 'search', caller);
begin
    select kinds.*, case when (input ->> 'descending')::boolean then 'desc' else 'asc' end as direction,
           case when (input ->> 'descending')::boolean then '<' else '>' end as sign
      into sorting
      from (values ('created_at',   'task.created_at',                                  'timestamptz', false),
                   ('updated_at',   'task.updated_at',                                  'timestamptz', false),
                   ('due_date',     'task.due_date',                                    'timestamptz', true),
                   ('completed_at', 'task.completed_at',                                'timestamptz', true),
                   ('title',        'lower(task.title)',                                'text',        false),
                   ('priority',     'importance(task.priority)',                        'int',         false),
                   ('relevance',    'ts_rank(task.words, $3)',                          'real',        false)
           ) as kinds (name, key, type, nullable)
     where kinds.name = input ->> 'sort_by';

    fits := concat_ws(' and ', 'task.user_id = $1',
        case when (input ->> 'deleted')::boolean then 'task.deleted_at is not null'
            else 'task.deleted_at is null' end,
        case when input ->> 'status' is not null then $$task.status = $2 ->> 'status'$$
             -- Lets the index by status and priority be used.
             when input ->> 'priorities' is not null then $$task.status in ('active', 'completed')$$ end,
        case when input ->> 'priorities' is not null
            then $$task.priority = any (($2 ->> 'priorities')::text[])$$ end,
        case when input ->> 'tags' is null then null
             when input ->> 'tags_mode' = 'any' then $$task.tags && ($2 ->> 'tags')::text[]$$
             else $$task.tags @> ($2 ->> 'tags')::text[]$$ end,
        case when input ? 'due_after' then $$task.due_date >= (select first_of($2 -> 'due_after', $1))$$ end,
        case when input ? 'due_before' then $$task.due_date <= (select last_of($2 -> 'due_before', $1))$$ end,
        case when input ? 'completed_after' then
            $$task.status = 'completed' and task.completed_at >= (select first_of($2 -> 'completed_after',
                $1))$$ end,
        case when input ? 'completed_before' then
            $$task.status = 'completed' and task.completed_at <= (select last_of($2 -> 'completed_before',
                $1))$$ end,
        case (input ->> 'overdue')::boolean
             when true then $$task.status = 'active' and task.due_date < now()$$
             when false then $$(task.status <> 'active' or task.due_date is null
                 or task.due_date >= now())$$ end,
        case (input ->> 'missed')::boolean when true then 'task.missed' when false then 'not task.missed' end,
        case when input ->> 'search' is null then null
             -- A search without any word is matched as plain text.
             when words is null then
                 $$position($2 ->> 'search' in task.title || ' ' || coalesce(task.description, '')) > 0$$
             else 'task.words @@ $3' end);

    key := sorting.key;
    -- Ranking reads all matches, so they are counted in passing.
    if sorting.name = 'relevance' then
        found := format('with found as materialized (select task.id, %s as key from tasks as task where %s)',
            key, fits);
        source := 'found';
        key := 'task.key';
        counted := '(select count(*) from found)';
    end if;

    -- Starts behind the last task of the page before: by key, then by id. Tasks without a key come last.
    behind := case
        when not input ? 'after' then ''
        when input -> 'after' ->> 'key' is null
        then format($$ and %s is null and task.id %s ($2 -> 'after' ->> 'id')::uuid$$, key, sorting.sign)
        else format($$ and ((%1$s, task.id) %2$s (($2 -> 'after' ->> 'key')::%3$s,
            ($2 -> 'after' ->> 'id')::uuid)%4$s)$$,
                    key, sorting.sign, sorting.type, case when sorting.nullable
                        then format(' or %s is null', key) end) end;

    execute format('%s select array(select task.id from %s as task where %s%s order by %s %s %s, task.id %6$s limit $4 offset $5), %8$s',
                   found, source, case when found is null then fits
                       else 'true' end, behind, key, sorting.direction,
                   case when sorting.nullable then 'nulls last' end, counted)
       into ids, total using caller, input, words, most + 1, skipped;

    -- A first page with all matches has counted them. Otherwise a count may have been kept since the user's
    -- last change.
    if total is null and cardinality(ids) <= most and skipped = 0 and behind = '' then
        total := cardinality(ids);
    elsif total is null then
        select known.total into total from totals as known join users on users.id = known.user_id
            and users.seq = known.seq
         where known.user_id = caller and known.filter = input ->> 'filter';
    end if;
    if total is null then
        -- One snapshot, so that the count belongs to this `seq`.
        execute format('select count(*), (select users.seq from users where users.id = $1) from tasks as task where %s', fits)
           into total, skipped using caller, input, words;
        if total > 500 and input ? 'filter' then
            insert into totals (user_id, filter, seq, total) values (caller, input ->> 'filter', skipped,
                total)
            on conflict (user_id, filter) do update
               set seq = excluded.seq, total = excluded.total, counted_at = excluded.counted_at;
        end if;
    end if;

    if cardinality(ids) > most then
        -- Null if the task has been deleted for good since it was found.
        execute format($$select cursor(to_json(%s) #>> '{}', task.id, $2 ->> 'list') from tasks as task
            where task.id = $1$$,
                       sorting.key)
           into next using ids[most], input, words;
    end if;
    return query select 'row', json_build_object(
        'items', (select coalesce(json_agg(shown(task) order by page.number), '[]')
                    from unnest(ids[:most]) with ordinality as page (id, number) join tasks as task
                        on task.id = page.id),
        'total', total, 'next_cursor', next)::text;
end;

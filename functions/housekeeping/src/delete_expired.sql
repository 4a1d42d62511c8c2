-- frame: open, for service
-- Deletes what has expired, the oldest first, up to some thousand rows. It waits for nobody: rows that others
-- hold are left to the next call. Returns the number of deleted rows.
declare
    expired record;
    deleted bigint;
    total   bigint := 0;
begin
    for expired in
        select * from (values
            ('sessions',        'expires_at',  interval '0',        1000),
            ('links',           'expires_at',  interval '0',        1000),
            ('answers',         'created_at',  interval '24 hours', 1000),
            ('totals',          'counted_at',  interval '1 day',    1000),
            ('full_syncs',      'started_at',  interval '1 day',    1000),
            ('conflicts',       'at',          interval '1 hour',   1000),
            ('kept_metrics',    'next_at',     interval '1 day',    1000),
            -- Kept for longer than events stay in any topic.
            ('consumed_events', 'at',          interval '8 days',   5000),
            ('held',            'until',       interval '1 hour',   1000),
            -- Those that have not failed again.
            ('dead_letters',    'requeued_at', interval '90 days',  1000)
        ) as expired (table_name, time_column, kept_for, max_rows)
    loop
        execute format('delete from %1$I
                         where ctid = any (array(
                               select ctid from %1$I where %2$I < now() - $1
                                order by %2$I limit $2 for update skip locked))',
                       expired.table_name, expired.time_column)
          using expired.kept_for, expired.max_rows;
        get diagnostics deleted = row_count;
        total := total + deleted;
    end loop;
    -- A stream may have changes once a month only.
    delete from stream_positions as position
     where position.user_id = any (array(
           select idle.user_id from stream_positions as idle
            where idle.published_at < now() - interval '1 day'
              and not exists (select from streams where streams.user_id = idle.user_id)
            order by idle.published_at limit 1000 for update skip locked));
    get diagnostics deleted = row_count;
    return query select 'row', (total + deleted)::text;
end;

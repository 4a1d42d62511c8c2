-- frame: open, for service
-- Deletes what has expired, the oldest first, up to some thousand rows. It waits for nobody: rows that others
-- hold are left to the next call. Returns the number of deleted rows.
with deleted_sessions as (
    delete from sessions
     where sessions.ctid = any (array(
           select old.ctid from sessions as old where old.expires_at < now()
            order by old.expires_at limit 1000 for update skip locked))
    returning 1
), deleted_links as (
    delete from links
     where links.ctid = any (array(
           select old.ctid from links as old where old.expires_at < now()
            order by old.expires_at limit 1000 for update skip locked))
    returning 1
), deleted_answers as (
    delete from answers
     where answers.ctid = any (array(
           select old.ctid from answers as old where old.created_at < now() - interval '24 hours'
            order by old.created_at limit 1000 for update skip locked))
    returning 1
), deleted_totals as (
    delete from totals
     where totals.ctid = any (array(
           select old.ctid from totals as old where old.counted_at < now() - interval '1 day'
            order by old.counted_at limit 1000 for update skip locked))
    returning 1
), deleted_full_syncs as (
    delete from full_syncs
     where full_syncs.ctid = any (array(
           select old.ctid from full_syncs as old where old.started_at < now() - interval '1 day'
            order by old.started_at limit 1000 for update skip locked))
    returning 1
), deleted_consumed_events as (
    -- Kept for longer than events stay in any topic.
    delete from consumed_events
     where consumed_events.ctid = any (array(
           select old.ctid from consumed_events as old where old.at < now() - interval '8 days'
            order by old.at limit 5000 for update skip locked))
    returning 1
), deleted_held as (
    delete from held
     where held.ctid = any (array(
           select old.ctid from held as old where old.until < now() - interval '1 hour'
            order by old.until limit 1000 for update skip locked))
    returning 1
), deleted as (
    select * from deleted_sessions
    union all select * from deleted_links
    union all select * from deleted_answers
    union all select * from deleted_totals
    union all select * from deleted_full_syncs
    union all select * from deleted_consumed_events
    union all select * from deleted_held
)
select 'row', count(*)::text from deleted

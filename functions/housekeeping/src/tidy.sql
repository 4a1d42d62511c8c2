-- frame: open, for service
-- Deletes expired rows, some thousand at a time. If another call is running, this one does nothing.
with lock as materialized (
    select where pg_try_advisory_xact_lock(hashtextextended('taskflow housekeeping', 0))
), deleted_sessions as (
    delete from sessions using lock where sessions.expires_at < now()
), deleted_links as (
    delete from links using lock where links.expires_at < now()
), deleted_answers as (
    delete from answers using lock where answers.created_at < now() - interval '24 hours'
), deleted_buckets as (
    delete from buckets using lock where buckets.full_at < extract(epoch from now()) - 3600
), deleted_totals as (
    delete from totals using lock where totals.counted_at < now() - interval '1 day'
), deleted_consumed_events as (
    -- Kept for longer than events stay in any topic.
    delete from consumed_events using lock
     where consumed_events.ctid = any (array(
           select old.ctid from consumed_events as old where old.at < now() - interval '8 days'
            order by old.at limit 50000))
), deleted_held as (
    delete from held using lock where held.until < now() - interval '1 hour'
), created_months as materialized (
    select make_audit_month(now() + number * interval '1 month') from generate_series(-1, 3) as number, lock
), deleted_tombstones as (
    delete from tombstones using lock
     where (tombstones.user_id, tombstones.seq) in (
           select old.user_id, old.seq from tombstones as old
            where old.created_at < now() - interval '90 days' limit 5000)
    returning tombstones.user_id, tombstones.seq
)
-- Clients that have synced less than this must sync from the start.
update users set forgotten_seq = greatest(users.forgotten_seq, forgotten.seq)
  from (select user_id, max(seq) as seq from deleted_tombstones group by user_id) as forgotten
 where users.id = forgotten.user_id
returning 'row', 'true'

-- frame: open, for service
-- Deletes expired rows, some thousand at a time. Concurrent runs do nothing.
with alone as materialized (
    select where pg_try_advisory_xact_lock(hashtextextended('taskflow housekeeping', 0))
), sessions_gone as (
    delete from sessions using alone where sessions.expires_at < now()
), answers_gone as (
    delete from answers using alone where answers.created_at < now() - interval '24 hours'
), buckets_gone as (
    delete from buckets using alone where buckets.full_at < extract(epoch from now()) - 3600
), totals_gone as (
    delete from totals using alone where totals.counted_at < now() - interval '1 day'
), deliveries_gone as (
    -- Longer than the retention of any topic.
    delete from deliveries using alone
     where deliveries.ctid = any (array(
           select old.ctid from deliveries as old where old.at < now() - interval '8 days' order by old.at
               limit 50000))
), held_gone as (
    delete from held using alone where held.until < now() - interval '1 hour'
), audit_months as materialized (
    select make_audit_month(now() + months * interval '1 month') from generate_series(-1, 3) as months, alone
), tombstones_gone as (
    delete from tombstones using alone
     where (tombstones.user_id, tombstones.seq) in (
           select old.user_id, old.seq from tombstones as old
               where old.created_at < now() - interval '90 days' limit 5000)
    returning tombstones.user_id, tombstones.seq
)
-- Clients that have synchronised less than this must start over.
update users set forgotten_seq = greatest(users.forgotten_seq, forgotten.seq)
  from (select user_id, max(seq) as seq from tombstones_gone group by user_id) as forgotten
 where users.id = forgotten.user_id
returning 'row', 'true'

-- Creates the partition of the audit trail for the month of an instant, unless it exists.
create or replace function app.make_audit_month(moment timestamptz) returns void language plpgsql as $$
declare
    first timestamp := date_trunc('month', moment at time zone 'UTC');
    name  text := 'audit_' || to_char(first, 'YYYY_MM');
begin
    if to_regclass('app.' || name) is null then
        perform pg_advisory_xact_lock(hashtextextended('taskflow audit months', 0));
        execute format('create table if not exists app.%I partition of app.audit
                        for values from (%L) to (%L)
                        with (autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.05)',
                       name, first at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
        execute format('create or replace trigger reject_truncate before truncate on app.%I for each statement
                        execute function app.reject_audit_change()', name);
    end if;
end $$;

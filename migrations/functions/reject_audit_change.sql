-- Rejects changes to the audit trail, even by statements, which run as the owner of the table.
create or replace function app.reject_audit_change() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is append-only' using errcode = '42501';
end $$;

create or replace trigger reject_change before update or delete on app.audit
    for each row execute function app.reject_audit_change();
create or replace trigger reject_truncate before truncate on app.audit
    for each statement execute function app.reject_audit_change();

-- Partitions inherit the first of these triggers, but not the second.
do $$
declare
    month regclass;
begin
    for month in select inhrelid from pg_inherits where inhparent = 'app.audit'::regclass loop
        execute format('create or replace trigger reject_truncate before truncate on %s
                        for each statement execute function app.reject_audit_change()', month);
    end loop;
end $$;

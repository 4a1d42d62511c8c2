-- Rejects changes to the audit trail, even by statements, which run as the owner of the table. The only one
-- that is allowed erases the contents of an event of a deleted user.
create or replace function app.reject_audit_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        if (new.event_id, new.occurred_at, new.event_type, new.user_id, new.task_id, new.seq)
               is not distinct from
               (old.event_id, old.occurred_at, old.event_type, old.user_id, old.task_id, old.seq)
           and exists (select from app.removals where removals.user_id = old.user_id)
           and new.data::text = app.erase_contents(old.data)::text then
            return new;
        end if;
    end if;
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

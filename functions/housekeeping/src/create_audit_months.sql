-- frame: open, for service
-- Creates the partitions of the audit trail for the months around now, long before they are needed. All who
-- use the trail queue up behind this, so it waits for half a second at most: the next call tries again.
begin
    perform set_config('lock_timeout', '500ms', true);
    perform make_audit_month(now() + number * interval '1 month') from generate_series(-1, 3) as number;
end;

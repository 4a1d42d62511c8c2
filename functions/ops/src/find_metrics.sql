-- frame: open
-- Returns the latest metrics, or nothing to a request that has to make new ones: one at a time, as others get
-- the latest until then.
declare
    latest kept_metrics;
begin
    select * into latest from kept_metrics where kept_metrics.release = input ->> 'release';
    if latest.next_at <= clock_timestamp() then
        update kept_metrics set next_at = clock_timestamp() + interval '2 seconds'
         where kept_metrics.release = latest.release and kept_metrics.next_at = latest.next_at;
        if found then
            return;
        end if;
    end if;
    return query select 'row', latest.body where latest.body is not null;
end;

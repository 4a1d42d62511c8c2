-- Returns true if a request is to record itself for the metrics. Of 200 requests in quick succession each
-- does, so that a quiet system counts exactly; beyond that, 20 a second do, and others leave it to one of many.
create or replace function app.acquire_recording() returns boolean language plpgsql as $$
declare
    clock  bigint := extract(epoch from clock_timestamp()) * 1000;
    due_at bigint := greatest(pg_sequence_last_value('app.recording_time'), clock);
begin
    if due_at > clock + 10000 then
        return false;
    end if;
    -- An assignment, as `perform` would execute a query.
    due_at := setval('app.recording_time', due_at + 50);
    return true;
end $$;

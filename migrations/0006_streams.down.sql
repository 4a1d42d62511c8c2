-- Removes live streams. Clients with a copy go on by `/api/sync`.
alter table app.settings
    drop column streams_per_user, drop column streams_per_address, drop column streams_unproxied;
drop table app.conflicts, app.stream_counters, app.stream_positions, app.streams;

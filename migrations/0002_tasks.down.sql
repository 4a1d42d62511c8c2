-- Removes tasks and series with all of their data.
drop type app.task, app.recurring_task;
drop table app.full_syncs, app.zone_changes, app.tombstones, app.totals, app.tasks, app.series;
drop extension pg_trgm;
drop extension btree_gin;

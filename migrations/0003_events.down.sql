-- Removes the outbox, the state of consumers, and the audit trail with all of its months.
drop table app.audit, app.dead_letters, app.consumer_counters, app.high_water_marks, app.consumed_events;
drop type app.delivery;
drop table app.incidents, app.held, app.publishers, app.parked, app.outbox;

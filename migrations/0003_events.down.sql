-- Removes the outbox, the state of consumers, and the audit trail with all of its months.
drop table app.audit, app.dead_letters, app.counted, app.places, app.deliveries;
drop type app.delivery;
drop table app.held, app.publishers, app.parked, app.outbox;

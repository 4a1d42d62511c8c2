//! Tasks.

mod complete;
mod conflict;
mod create;
mod delete;
mod due_date;
mod events;
mod idempotency;
mod list;
mod patch;
mod query;
mod sync;
mod tags;
mod trash;

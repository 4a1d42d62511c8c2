//! Tasks.

mod complete;
mod create;
mod delete;
mod events;
mod list;
mod patch;

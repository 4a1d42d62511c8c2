//! Use cases of TaskFlow: one file per use case, with the SQL statement that it calls.
//!
//! HTTP routes and MCP tools call the same functions. A response is the JSON text that Postgres returns,
//! passed on unchanged, except that Rust computes the `next_occurrence` of `tasks::complete`, `series::get`
//! and `series::patch`.

pub mod audit;
mod clock;
mod cursor;
mod named;
pub mod notifications;
mod page;
pub mod reminders;
pub mod resolution;
pub mod series;
pub mod tasks;
mod versioned_json;

pub use clock::Clock;
pub use cursor::Cursor;
pub use page::Page;
pub use versioned_json::VersionedJson;

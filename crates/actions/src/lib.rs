//! Use cases of TaskFlow: one file per use case, with the SQL statement that it calls.
//!
//! HTTP routes, MCP tools and consumers call the same functions. A response is the JSON text that Postgres
//! returns. It is passed on unchanged, and parsed only to read single members.

mod answer;
pub mod audit;
mod clock;
mod cursor;
pub mod notifications;
mod page;
pub mod reminders;
pub mod resolution;
pub mod series;
pub mod tasks;

pub use answer::Answer;
pub use clock::Clock;
pub use cursor::Cursor;
pub use page::Page;

//! What can be done in TaskFlow: one file a use case, and the one database call that does it.
//!
//! HTTP routes, MCP tools and consumers call these alike. An answer is the JSON text that Postgres
//! wrote; it is passed on as it is, and read only where somebody needs a field of it.

mod answer;
pub mod audit;
mod clock;
mod cursor;
pub mod naming;
pub mod notifications;
mod problem;
pub mod reminders;
pub mod series;
pub mod tasks;

pub use answer::Answer;
pub use clock::Clock;
pub use cursor::Cursor;
pub use problem::Problem;

//! Everything that tools share: the trait, their inputs, resolving names, errors, and outputs.

mod call;
mod coerce;
mod entry;
mod error;
mod inputs;
mod output;
mod schema;
mod text;
mod times;
mod tool;

pub use call::{Call, id_of, parse_json};
pub use coerce::is_blank;
pub use entry::ToolEntry;
pub use error::ToolError;
pub use inputs::{Consent, IDEMPOTENCY_KEY, StatusFilter, TaskInput};
pub use output::{ToolOutput, to_result};
pub use text::{line, quote};
pub use times::{localise, zone_of};
pub use tool::{Effect, Tool};

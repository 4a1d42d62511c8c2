//! Use cases of series, and the JSON schema of a series.

pub mod create;
pub mod dismiss;
pub mod get;
pub mod list;
pub mod patch;
pub mod progress;
pub mod resolve;
pub mod stop;

use domain::shape;
use serde_json::Value;

pub(crate) use create::create_from_task;
pub use create::{NewSeries, TaskRecurrence, create, users_zone};
pub use dismiss::dismiss;
pub use get::get;
pub use list::{SeriesQuery, list};
pub use patch::{SeriesPatch, patch};
pub use resolve::resolve;
pub use stop::{StopOptions, stop};

/// Maximum number of attempts when concurrent writes change a series.
const MAX_ATTEMPTS: usize = 3;

/// Returns the JSON schema of a series.
pub fn schema() -> Value {
    shape::SERIES.schema()
}

//! Use cases of notifications, and the JSON schema of a notification.

pub mod list;

use domain::shape;
use serde_json::Value;

pub use list::{NotificationQuery, list};

/// Returns the JSON schema of a notification.
pub fn schema() -> Value {
    shape::NOTIFICATION.schema()
}

//! Use cases of tasks, and the JSON schema of a task.

pub mod complete;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod patch;
pub mod purge;
pub mod reopen;
pub mod resolve;
pub mod restore;
pub mod suggest;
pub mod sync;
pub mod tag;
pub mod untag;

use domain::{ItemId, Version, shape};
use serde::Serialize;
use serde_json::Value;
use store::{Reason, Refusal};

pub use complete::complete;
pub use create::{NewTask, create};
pub use delete::delete;
pub use get::get;
pub use list::{TaskQuery, list};
pub use patch::{NewDueDate, NewPriority, TaskPatch, patch};
pub use purge::purge;
pub use reopen::reopen;
pub use resolve::resolve;
pub use restore::restore;
pub use suggest::suggest;
pub use sync::{Since, sync};
pub use tag::{MoreTags, tag};
pub use untag::untag;

/// Id of a task or series, with the versions that the client accepts.
#[derive(Debug, Serialize)]
pub struct Target {
    /// Id of the task or series.
    pub id: ItemId,
    /// Versions in `If-Match`. If none of them is the current one, the write is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Vec<Version>>,
}

/// Turns a reason of the database into an error that tells clients what to change.
pub(crate) fn explain(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Rejected(Reason::PastDueDate) => {
            Refusal::invalid_member("due_date", "is in the past; send `\"allow_past\": true` to allow that")
        }
        Refusal::Rejected(Reason::TooManyTags) => {
            Refusal::invalid_member("tags", "must not give the task more than 10 tags")
        }
        other => other,
    }
}

/// Returns the JSON schema of a task.
pub fn schema() -> Value {
    shape::TASK.schema()
}

//! Use cases of tasks, and the JSON schema of a task.

pub mod complete;
pub mod create;
pub mod delete;
pub mod find;
pub mod get;
pub mod list;
pub mod patch;
pub mod purge;
pub mod reopen;
pub mod restore;
pub mod suggest;
pub mod sync;
pub mod tag;
pub mod untag;

use domain::{Description, Field, Tags, TaskId, Title, Version};
use serde::Serialize;
use serde_json::{Value, json};
use store::Refusal;

use crate::Problem;

pub use complete::complete;
pub use create::{NewTask, create};
pub use delete::delete;
pub use find::find;
pub use get::get;
pub use list::{ListTasks, list};
pub use patch::{NewDueDate, NewPriority, TaskPatch, patch};
pub use purge::purge;
pub use reopen::reopen;
pub use restore::restore;
pub use suggest::suggest;
pub use sync::{Since, sync};
pub use tag::{MoreTags, tag};
pub use untag::untag;

/// Task to change, with the versions that the client accepts.
#[derive(Debug, Serialize)]
pub struct Named {
    /// Id of the task.
    pub id: TaskId,
    /// Versions in `If-Match`. With another current version, the write is rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Vec<Version>>,
}

/// Turns a refusal of a statement into a problem.
pub(crate) fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Said(reason) if reason == "past_due_date" => {
            Problem::member("due_date", "is in the past; send `\"allow_past\": true` to allow that")
        }
        Refusal::Said(reason) if reason == "too_many_tags" => {
            Problem::member("tags", "must not bring the task to more than 10 tags")
        }
        other => other.into(),
    }
}

/// Returns the JSON schema of a task.
pub fn schema() -> Value {
    let time = json!({ "type": "string", "format": "date-time" });
    let maybe_time = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "type": "object",
        "description": "A task",
        "properties": {
            "id": { "type": "string", "format": "uuid" },
            "title": Title::schema(),
            "description": Option::<Description>::schema(),
            "status": { "enum": ["active", "completed"] },
            "priority": { "enum": ["low", "medium", "high"] },
            "tags": Tags::schema(),
            "due_date": maybe_time,
            "all_day": { "type": "boolean" },
            "recurring_task_id": { "type": ["string", "null"], "format": "uuid" },
            "missed": { "type": "boolean" },
            "created_at": time,
            "updated_at": time,
            "completed_at": maybe_time,
            "deleted_at": maybe_time,
            "version": { "type": "integer" },
            "seq": { "type": "integer" },
        },
        "required": [
            "id", "title", "description", "status", "priority", "tags", "due_date", "all_day",
            "recurring_task_id", "missed", "created_at", "updated_at", "completed_at", "deleted_at", "version", "seq",
        ],
        "additionalProperties": false,
    })
}

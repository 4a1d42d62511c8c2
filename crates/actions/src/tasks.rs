//! Tasks: what can be done to them, and what they look like.

pub mod complete;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod patch;
pub mod reopen;

use domain::{Description, Field, Tags, TaskId, Title, Version};
use serde::Serialize;
use serde_json::{Value, json};

pub use complete::complete;
pub use create::{NewTask, create};
pub use delete::delete;
pub use get::get;
pub use list::{ListTasks, list};
pub use patch::{TaskPatch, patch};
pub use reopen::reopen;

/// A task, and the version of it that the caller has seen, if that matters to them.
#[derive(Debug, Serialize)]
pub struct Named {
    /// Which task.
    pub id: TaskId,
    /// The version that it must still have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<Version>,
}

/// The JSON schema of a task.
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
            "created_at": time,
            "updated_at": time,
            "completed_at": maybe_time,
            "deleted_at": maybe_time,
            "version": { "type": "integer" },
            "seq": { "type": "integer" },
        },
        "required": [
            "id", "title", "description", "status", "priority", "tags", "due_date", "all_day", "created_at",
            "updated_at", "completed_at", "deleted_at", "version", "seq",
        ],
        "additionalProperties": false,
    })
}

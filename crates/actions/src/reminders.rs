//! Use cases of reminders, and the JSON schema of a reminder.

pub mod add;
pub mod delete;
pub mod list;
pub mod snooze;

use serde_json::{Value, json};
use store::Refusal;

use crate::Problem;

pub use add::add;
pub use delete::delete;
pub use list::{ListReminders, of_task, upcoming};
pub use snooze::snooze;

/// Error of a relative reminder of a task without a due date.
pub(crate) const NOT_DUE: &str = "needs a task with a due date";

/// Turns a refusal of a statement into a problem.
fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Said(word) if word == "task_is_done" => {
            Problem::NotNow("The task is completed, so it cannot have reminders. Reopen it first.")
        }
        other => other.into(),
    }
}

/// Returns the JSON schema of a reminder.
pub fn schema() -> Value {
    let id = json!({ "type": "string", "format": "uuid" });
    let time = json!({ "type": "string", "format": "date-time" });
    let maybe_time = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "type": "object",
        "description": "A reminder: at a time, or some time before the due date of its task",
        "properties": {
            "id": id,
            "task_id": id,
            "at": time,
            "before": { "type": "string" },
            "remind_at": maybe_time,
            "status": { "enum": ["pending", "sent", "failed", "cancelled"] },
            "attempts": { "type": "integer", "minimum": 0 },
            "sent_at": maybe_time,
            "created_at": time,
        },
        "required": ["id", "task_id", "remind_at", "status", "attempts", "sent_at", "created_at"],
        "additionalProperties": false,
    })
}

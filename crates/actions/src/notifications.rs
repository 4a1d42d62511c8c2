//! Use cases of notifications, and the JSON schema of a notification.

pub mod list;

use serde_json::{Value, json};

pub use list::{ListNotifications, list};

/// Returns the JSON schema of a notification.
pub fn schema() -> Value {
    let id = json!({ "type": "string", "format": "uuid" });
    let maybe_time = json!({ "type": ["string", "null"], "format": "date-time" });
    json!({
        "type": "object",
        "description": "A notification about one task (`task_id`) or several (`task_ids`)",
        "properties": {
            "id": id,
            "kind": { "enum": ["reminder", "digest", "reminder_failed"] },
            "title": { "type": "string" },
            "task_id": id,
            "task_ids": { "type": "array", "items": id, "minItems": 2, "maxItems": 10 },
            "due_date": maybe_time,
            "url": { "type": "string" },
            "late": { "type": "boolean" },
            "read_at": maybe_time,
            "created_at": { "type": "string", "format": "date-time" },
        },
        "required": ["id", "kind", "title", "due_date", "url", "late", "read_at", "created_at"],
        "additionalProperties": false,
    })
}

//! Tasks are looked through.

use domain::{Field, Priority, choice, input};
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

choice! {
    /// Which tasks: those to do, or those done.
    pub enum Status { Active = "active", Completed = "completed" }
}

choice! {
    /// What the list is ordered by.
    pub enum SortBy { DueDate = "due_date", CreatedAt = "created_at" }
}

choice! {
    /// Which end of the order comes first.
    pub enum SortOrder { Ascending = "asc", Descending = "desc" }
}

input! {
    /// Which tasks to list, in which order.
    pub struct ListTasks {
        /// Only those to do or those done.
        status: Option<Status>,
        /// Only those that matter that much.
        priority: Option<Priority>,
        /// What to order by; newest first when nothing is said. Tasks without a due date come last.
        sort_by: Option<SortBy>,
        /// Which end of the order comes first: `asc` when nothing is said.
        sort_order: Option<SortOrder>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Option<Limit>,
    }
}

/// How many at the most: 1 to 200.
#[derive(Debug, serde::Serialize)]
pub struct Limit(u8);

impl Field for Limit {
    fn parse(value: &Value) -> Result<Self, domain::Errors> {
        match value.as_str().map(str::parse) {
            Some(Ok(limit @ 1..=200)) => Ok(Self(limit)),
            _ => Err(domain::wrong("must be a whole number from 1 to 200")),
        }
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 })
    }
}

/// Lists the caller's tasks that are not in the trash: `{items, total}`.
pub fn list(principal: &Principal, wanted: &ListTasks) -> Result<String, Refusal> {
    store::one(statement!("list.sql"), principal, wanted)
}

/// The JSON schema of a list of tasks.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Tasks, and how many there are in all",
        "properties": {
            "items": { "type": "array", "items": super::schema() },
            "total": { "type": "integer", "minimum": 0 },
        },
        "required": ["items", "total"],
        "additionalProperties": false,
    })
}

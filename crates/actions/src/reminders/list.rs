//! Lists reminders.

use domain::{Limit, Optional, TaskId, input};
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::tasks::Named;
use crate::{Cursor, Problem};

input! {
    /// Filters of upcoming reminders. The next one comes first.
    pub struct ListReminders {
        /// Maximum number of results: 1 to 200. Defaults to 50.
        limit: Optional<Limit>,
        /// `next_cursor` of the previous page.
        cursor: Optional<Cursor>,
    }
}

/// Fingerprint of the list, for its cursors.
const UPCOMING: &str = "upcoming reminders";

/// Returns the reminders of a task of the caller: `{items}`.
pub fn of_task(principal: &Principal, task: TaskId) -> Result<String, Refusal> {
    store::one(statement!("of_task.sql"), principal, &Named { id: task, expected: None })
}

/// Returns a page of the caller's upcoming reminders.
pub fn upcoming(principal: &Principal, wanted: &ListReminders) -> Result<String, Problem> {
    let mut input = json!({ "limit": wanted.limit.0.as_ref().map_or(50, |limit| limit.0) });
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(UPCOMING).map_err(Problem::Invalid)?.clone();
    }
    Ok(Cursor::page(store::run(statement!("upcoming.sql"), principal, &input)?, UPCOMING)?)
}

/// Returns the JSON schema of a page of reminders.
pub fn page_schema() -> Value {
    Cursor::page_of("A page of upcoming reminders, next one first", super::schema())
}

/// Returns the JSON schema of the reminders of a task.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Reminders of a task",
        "properties": { "items": { "type": "array", "items": super::schema() } },
        "required": ["items"],
        "additionalProperties": false,
    })
}

//! Reminders are looked at.

use domain::{Limit, Optional, TaskId, input};
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::tasks::Named;
use crate::{Cursor, Problem};

input! {
    /// Which reminders that are to come, the nearest first.
    pub struct ListReminders {
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it.
        cursor: Optional<Cursor>,
    }
}

/// What its cursors belong to.
const UPCOMING: &str = "upcoming reminders";

/// The reminders of a task of the caller: `{items}`.
pub fn of_task(principal: &Principal, task: TaskId) -> Result<String, Refusal> {
    store::one(statement!("of_task.sql"), principal, &Named { id: task, expected: None })
}

/// The reminders of the caller that are to come, a page of them.
pub fn upcoming(principal: &Principal, wanted: &ListReminders) -> Result<String, Problem> {
    let mut input = json!({ "limit": wanted.limit.0.as_ref().map_or(50, |limit| limit.0) });
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(UPCOMING).map_err(Problem::Invalid)?.clone();
    }
    Ok(Cursor::page(store::run(statement!("upcoming.sql"), principal, &input)?, UPCOMING)?)
}

/// The JSON schema of a page of them.
pub fn page_schema() -> Value {
    Cursor::page_of("Reminders that are to come, and where to go on", super::schema())
}

/// The JSON schema of those of a task.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "The reminders of a task",
        "properties": { "items": { "type": "array", "items": super::schema() } },
        "required": ["items"],
        "additionalProperties": false,
    })
}

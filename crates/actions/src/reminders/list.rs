//! Lists reminders.

use domain::TaskId;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use crate::tasks::Named;
use crate::{Cursor, Page, Problem};

/// Fingerprint of the list, for its cursors.
const UPCOMING: &str = "upcoming reminders";

/// Returns the reminders of a task of the caller: `{items}`.
pub fn of_task(principal: &Principal, task: TaskId) -> Result<String, Refusal> {
    store::one(statement!("of_task.sql"), principal, &Named { id: task, expected: None })
}

/// Returns a page of the caller's upcoming reminders.
pub fn upcoming(principal: &Principal, page: &Page) -> Result<String, Problem> {
    let mut input = json!({ "limit": page.limit() });
    if let Some(cursor) = &page.cursor.0 {
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

//! Lists reminders.

use domain::ItemId;
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::tasks::Target;
use crate::{Cursor, Page};

/// Fingerprint that ties cursors to this list.
const UPCOMING: &str = "upcoming reminders";

/// Returns the reminders of a task of the caller: `{items}`.
pub fn of_task(client: &Client<'_>, task: ItemId) -> Result<String, Refusal> {
    client.one(statement!("of_task.sql"), &Target { id: task, expected: None })
}

/// Returns a page of the caller's upcoming reminders.
pub fn upcoming(client: &Client<'_>, page: &Page) -> Result<String, Refusal> {
    let mut input = json!({ "limit": page.limit(), "fingerprint": UPCOMING });
    if let Some(cursor) = &page.cursor.0 {
        input["after"] = cursor.time_position(UPCOMING).map_err(Refusal::Invalid)?.clone();
    }
    client.one(statement!("upcoming.sql"), &input)
}

/// Returns the JSON schema of a page of reminders.
pub fn page_schema() -> Value {
    Cursor::page_schema("A page of upcoming reminders, soonest first", super::schema())
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

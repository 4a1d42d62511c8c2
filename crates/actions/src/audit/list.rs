//! What happened is looked at.

use domain::{DueDate as Bound, Limit, Optional, TaskId, UserId};
use serde_json::{Value, json};
use store::{Principal, statement};

use crate::{Cursor, Problem};

/// Which events, in the order in which they happened.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Only what happened to this task.
    pub task: Option<TaskId>,
    /// Only those of this type.
    pub event_type: Option<&'static str>,
    /// Only what happened then or later.
    pub from: Option<Bound>,
    /// Only what happened then or earlier.
    pub to: Option<Bound>,
    /// Only what is this user's. `not_an_admin` is said where that is somebody else and the caller may not see it.
    pub user: Option<UserId>,
    /// How many at the most.
    pub limit: Optional<Limit>,
    /// Behind an earlier page.
    pub cursor: Optional<Cursor>,
}

/// Returns what happened, a page of it.
pub fn list(principal: &Principal, wanted: &Wanted) -> Result<String, Problem> {
    let mut input = json!({
        "task_id": wanted.task, "event_type": wanted.event_type, "from": wanted.from, "to": wanted.to, "user_id": wanted.user,
    });
    let fingerprint = format!("{:016x}", store::checksum(&input.to_string()));
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(&fingerprint).map_err(Problem::Invalid)?.clone();
    }
    input["limit"] = json!(wanted.limit.0.as_ref().map_or(50, |limit| limit.0));
    Ok(Cursor::page(store::run(statement!("list.sql"), principal, &input)?, &fingerprint)?)
}

/// The JSON schema of a list of events.
pub fn schema(event_type: Value) -> Value {
    let event = json!({
        "type": "object",
        "description": "Something that happened",
        "properties": {
            "event_type": event_type,
            "data": { "type": "object", "description": "Who did it, when, and what was before and after" },
        },
        "required": ["event_type", "data"],
        "additionalProperties": false,
    });
    Cursor::page_of("What happened, the first first, and where to go on", event)
}

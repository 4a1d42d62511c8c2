//! Lists audit events.

use domain::{ItemId, TimeOrDay, UserId};
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::{Cursor, Page};

/// Filters of audit events. The oldest event comes first.
#[derive(Debug, Default)]
pub struct AuditQuery {
    /// Only events of this task.
    pub task: Option<ItemId>,
    /// Only events of this type.
    pub event_type: Option<&'static str>,
    /// Only events at or after this time.
    pub from: Option<TimeOrDay>,
    /// Only events at or before this time.
    pub to: Option<TimeOrDay>,
    /// Only events of this user. Rejected with `not_an_admin` if this is another user and the caller is not
    /// an administrator.
    pub user: Option<UserId>,
    /// Page of the list.
    pub page: Page,
}

/// Returns a page of audit events.
pub fn list(client: &Client<'_>, query: &AuditQuery) -> Result<String, Refusal> {
    let mut input = json!({
        "task_id": query.task, "event_type": query.event_type, "from": query.from, "to": query.to,
        "user_id": query.user,
    });
    let fingerprint = format!("{:016x}", store::checksum(&input.to_string()));
    if let Some(cursor) = &query.page.cursor.0 {
        input["after"] = cursor.time_position(&fingerprint).map_err(Refusal::Invalid)?.clone();
    }
    input["limit"] = json!(query.page.limit());
    input["fingerprint"] = fingerprint.into();
    client.one(statement!("list.sql"), &input)
}

/// Returns the JSON schema of a list of events.
pub fn schema(event_type: Value) -> Value {
    let event = json!({
        "type": "object",
        "description": "An audit event",
        "properties": {
            "event_type": event_type,
            "data": {
                "type": "object",
                "description": "Actor, time, and the state before and after the change",
            },
        },
        "required": ["event_type", "data"],
        "additionalProperties": false,
    });
    Cursor::page_schema("A page of audit events, oldest first", event)
}

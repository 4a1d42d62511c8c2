//! Lists notifications.

use domain::{Flag, Optional, input};
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::{Cursor, Page};

input! {
    /// Filters of notifications. The newest one comes first.
    pub struct NotificationQuery {
        /// `true`: only unread notifications. `false`: only read ones.
        unread: Optional<Flag>,
        ..page: Page,
    }
}

/// Returns a page of the caller's notifications.
pub fn list(client: &Client<'_>, query: &NotificationQuery) -> Result<String, Refusal> {
    let mut input = json!({ "unread": query.unread });
    let fingerprint = format!("notifications {input}");
    if let Some(cursor) = &query.page.cursor.0 {
        input["after"] = cursor.time_position(&fingerprint).map_err(Refusal::Invalid)?.clone();
    }
    input["limit"] = json!(query.page.limit());
    input["fingerprint"] = fingerprint.into();
    client.one(statement!("list.sql"), &input)
}

/// Returns the JSON schema of a page of notifications.
pub fn schema() -> Value {
    Cursor::page_schema("A page of notifications, newest first", super::schema())
}

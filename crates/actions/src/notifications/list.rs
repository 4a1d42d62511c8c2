//! Lists notifications.

use domain::{Flag, Limit, Optional, input};
use serde_json::{Value, json};
use store::{Principal, statement};

use crate::{Cursor, Problem};

input! {
    /// Filters of notifications. The newest one comes first.
    pub struct ListNotifications {
        /// `true`: only unread notifications. `false`: only read ones.
        unread: Optional<Flag>,
        /// Maximum number of results: 1 to 200. Defaults to 50.
        limit: Optional<Limit>,
        /// `next_cursor` of the previous page. Keep the same filters.
        cursor: Optional<Cursor>,
    }
}

/// Returns a page of the caller's notifications.
pub fn list(principal: &Principal, wanted: &ListNotifications) -> Result<String, Problem> {
    let mut input = json!({ "unread": wanted.unread });
    let list = format!("notifications {input}");
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(&list).map_err(Problem::Invalid)?.clone();
    }
    input["limit"] = json!(wanted.limit.0.as_ref().map_or(50, |limit| limit.0));
    Ok(Cursor::page(store::run(statement!("list.sql"), principal, &input)?, &list)?)
}

/// Returns the JSON schema of a page of notifications.
pub fn schema() -> Value {
    Cursor::page_of("A page of notifications, newest first", super::schema())
}

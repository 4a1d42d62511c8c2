//! What somebody was told is looked at.

use domain::{Flag, Limit, Optional, input};
use serde_json::{Value, json};
use store::{Principal, statement};

use crate::{Cursor, Problem};

input! {
    /// Which notifications, the newest first.
    pub struct ListNotifications {
        /// Only those that are not read yet, with `true`; only all others, with `false`.
        unread: Optional<Flag>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same filters.
        cursor: Optional<Cursor>,
    }
}

/// Returns what the caller was told, a page of it.
pub fn list(principal: &Principal, wanted: &ListNotifications) -> Result<String, Problem> {
    let mut input = json!({ "unread": wanted.unread });
    let list = format!("notifications {input}");
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(&list).map_err(Problem::Invalid)?.clone();
    }
    input["limit"] = json!(wanted.limit.0.as_ref().map_or(50, |limit| limit.0));
    Ok(Cursor::page(store::run(statement!("list.sql"), principal, &input)?, &list)?)
}

/// The JSON schema of a page of notifications.
pub fn schema() -> Value {
    Cursor::page_of("What somebody was told, and where to go on", super::schema())
}

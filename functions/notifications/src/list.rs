//! `/api/notifications`

use actions::Cursor;
use actions::notifications::schema;
use domain::{Flag, Limit, Optional, TaskId, input};
use serde_json::{Value, json};
use store::statement;
use web::{Problem, Request, Response};

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

pub fn run(request: &Request) -> Result<Response, Problem> {
    let wanted = request.query::<ListNotifications>()?;
    let mut input = json!({ "unread": wanted.unread });
    let list = format!("notifications {input}");
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(&list).map_err(Problem::invalid_query)?.clone();
    }
    input["limit"] = json!(wanted.limit.0.as_ref().map_or(50, |limit| limit.0));
    let rows = store::run(statement!("list.sql"), &request.caller()?, &input)?;
    Ok(Response::json(200, Cursor::page(rows, &list)?))
}

pub fn read(request: &Request) -> Result<Response, Problem> {
    let input = json!({ "id": request.parameter::<TaskId>("id")? });
    Ok(Response::json(200, store::one(statement!("read.sql"), &request.caller()?, &input)?))
}

pub fn read_all(request: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, store::one(statement!("read_all.sql"), &request.caller()?, &json!({}))?))
}

/// The JSON schema of a page of notifications.
pub fn page_schema() -> Value {
    Cursor::page_of("What somebody was told, and where to go on", schema())
}

/// The JSON schema of how many were read.
pub fn read_schema() -> Value {
    json!({
        "type": "object",
        "description": "How many were not read before",
        "properties": { "read": { "type": "integer", "minimum": 0 } },
        "required": ["read"],
        "additionalProperties": false,
    })
}

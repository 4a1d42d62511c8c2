//! Lists series.

use domain::{Optional, choice, input};
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use crate::{Cursor, Page};

choice! {
    /// Status of a series.
    pub enum Status { Active = "active", Ended = "ended" }
}

input! {
    /// Filters of series. The newest one comes first.
    pub struct SeriesQuery {
        /// Only `active` or only `ended` series.
        status: Optional<Status>,
        ..page: Page,
    }
}

/// Returns a page of the caller's series.
pub fn list(client: &Client<'_>, query: &SeriesQuery) -> Result<String, Refusal> {
    let mut input = json!({ "status": query.status });
    let fingerprint = format!("series {input}");
    if let Some(cursor) = &query.page.cursor.0 {
        input["after"] = cursor.time_position(&fingerprint).map_err(Refusal::Invalid)?.clone();
    }
    input["limit"] = json!(query.page.limit());
    input["fingerprint"] = fingerprint.into();
    client.one(statement!("list.sql"), &input)
}

/// Returns the JSON schema of a page of series.
pub fn schema() -> Value {
    Cursor::page_schema("A page of series, newest first", super::schema())
}

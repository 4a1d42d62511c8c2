//! Series are listed.

use domain::{Limit, Optional, choice, input};
use serde_json::{Value, json};
use store::{Principal, statement};

use crate::{Cursor, Problem};

choice! {
    /// Which series: those that go on, or those that have ended.
    pub enum Status { Active = "active", Ended = "ended" }
}

input! {
    /// Which series to list, the newest first.
    pub struct ListSeries {
        /// Only those that go on, or those that have ended.
        status: Optional<Status>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same filters.
        cursor: Optional<Cursor>,
    }
}

/// Returns the series of the caller, a page of them.
pub fn list(principal: &Principal, wanted: &ListSeries) -> Result<String, Problem> {
    let mut input = json!({ "status": wanted.status });
    let list = format!("series {input}");
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(&list).map_err(Problem::Invalid)?.clone();
    }
    input["limit"] = json!(wanted.limit.0.as_ref().map_or(50, |limit| limit.0));
    Ok(Cursor::page(store::run(statement!("list.sql"), principal, &input)?, &list)?)
}

/// The JSON schema of a page of series.
pub fn schema() -> Value {
    Cursor::page_of("Series, and where to go on", super::schema())
}

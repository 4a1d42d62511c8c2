//! Events that are taken.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Principal, Refusal, Statement, run};

/// An event that a consumer takes: what the frame has to know of it, and what the body gets.
#[derive(Debug, Serialize)]
pub struct Delivery {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where it was published.
    pub topic: &'static str,
    /// When it happened.
    pub occurred_at: String,
    /// Whose it is.
    pub user_id: Option<String>,
    /// Which task it is about.
    pub task_id: Option<String>,
    /// Its place among the user's changes.
    pub seq: i64,
    /// What the request was called that it comes from.
    pub correlation_id: Option<String>,
    /// The trace that it belongs to.
    pub traceparent: Option<String>,
    /// What the body gets.
    pub input: Box<RawValue>,
}

#[derive(Serialize)]
struct Input<'a> {
    events: &'a [Delivery],
}

#[derive(Deserialize)]
struct Refused {
    event: String,
}

/// Calls a body whose frame is `consumer` for these events. Each that was taken before is left alone; what could not be taken
/// is returned by its id, and the others are taken all the same.
pub fn take(
    statement: Statement,
    principal: &Principal,
    events: &[Delivery],
) -> Result<Vec<(String, Refusal)>, Refusal> {
    let rows = run(statement, principal, &Input { events })?;
    rows.iter()
        .map(|row| {
            let refused: Refused = serde_json::from_str(row)
                .map_err(|error| Refusal::fault(format!("{} returned no refusal: {error}", statement.stem)))?;
            Ok((refused.event, Refusal::from_row(statement.stem, row)))
        })
        .collect()
}

//! Returns a series with its occurrences.

use domain::TaskId;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use store::{Client, Refusal, statement};

use super::find::{Found, read};
use crate::Answer;
use crate::tasks::{self, Named};

/// Number of next occurrences to return.
const NEXT: usize = 3;

/// Series with its occurrences.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    series: Value,
    past_occurrences: Box<RawValue>,
    next_occurrences: Vec<String>,
}

/// Returns a series of the caller, with its past tasks and the times of the next ones.
pub fn get(client: &Client<'_>, id: TaskId) -> Result<Answer, Refusal> {
    let mut rows = client.call(statement!("get.sql"), &Named { id, expected: None })?;
    let progress = rows.require("progress")?;
    let found: Found = read(&progress)?;
    let shown = Shown {
        series: found.with_next(&rows.require("series")?)?,
        past_occurrences: read(&rows.require("past")?)?,
        next_occurrences: found.coming().take(NEXT).collect(),
    };
    Answer::new(&shown)
}

/// Returns the JSON schema of a series with its occurrences.
pub fn schema() -> Value {
    let mut series = super::schema();
    let time = json!({ "type": "string", "format": "date-time" });
    let past = "Up to 50 past tasks before the open one, newest first";
    series["properties"]["past_occurrences"] =
        json!({ "type": "array", "items": tasks::schema(), "maxItems": 50, "description": past });
    let next = "Due dates of the open task and the next ones, if each is completed in time";
    series["properties"]["next_occurrences"] =
        json!({ "type": "array", "items": time, "maxItems": NEXT, "description": next });
    if let Some(required) = series["required"].as_array_mut() {
        required.extend([json!("past_occurrences"), json!("next_occurrences")]);
    }
    series
}

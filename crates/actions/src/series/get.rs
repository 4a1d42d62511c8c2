//! Returns a series with its occurrences.

use domain::TaskId;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use super::find::{Found, read};
use crate::Answer;
use crate::tasks::{self, Named};

/// Number of next occurrences to return.
const NEXT: usize = 3;

/// Returns a series of the caller, with the tasks that were and the times that come.
pub fn get(principal: &Principal, id: TaskId) -> Result<Answer, Refusal> {
    let rows = store::run(statement!("get.sql"), principal, &Named { id, expected: None })?;
    let [shown, past, progress] = rows.as_slice() else { return Err(Refusal::NotFound) };
    let series: Found = read(progress)?;
    let shown = series.with_next(shown)?.to_string();
    let members = shown.trim_end_matches('}');
    let next = json!(series.coming().take(NEXT).collect::<Vec<_>>());
    Answer::read(format!("{members},\"past_occurrences\":{past},\"next_occurrences\":{next}}}"))
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

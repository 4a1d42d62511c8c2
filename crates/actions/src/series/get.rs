//! Returns a series with its occurrences.

use domain::{TaskId, shape};
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use super::find::{Found, read};
use crate::Answer;
use crate::tasks::Named;

/// Returns a series of the caller, with the tasks that were and the times that come.
pub fn get(principal: &Principal, id: TaskId) -> Result<Answer, Refusal> {
    let rows = store::run(statement!("get.sql"), principal, &Named { id, expected: None })?;
    let [shown, past, progress] = rows.as_slice() else { return Err(Refusal::NotFound) };
    let series: Found = read(progress)?;
    let shown = series.with_next(shown)?.to_string();
    let members = shown.trim_end_matches('}');
    let next = json!(series.coming().take(shape::NEXT_OCCURRENCES).collect::<Vec<_>>());
    Answer::read(format!("{members},\"past_occurrences\":{past},\"next_occurrences\":{next}}}"))
}

/// Returns the JSON schema of a series with its occurrences.
pub fn schema() -> Value {
    shape::SERIES_WITH_OCCURRENCES.schema()
}

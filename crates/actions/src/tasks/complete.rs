//! A task is done.

use domain::{Field, Moment, shape};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Principal, Refusal, statement};

use super::Named;
use crate::Answer;
use crate::series::find;

/// What is said beside the series of the task.
#[derive(Deserialize)]
struct Done {
    /// Whether the task is its newest occurrence.
    is_newest: bool,
    completed_at: Value,
}

/// Completes a task of the caller, and tells when it comes back if it does. Completing it again changes nothing.
pub fn complete(principal: &Principal, task: &Named) -> Result<Answer, Refusal> {
    let rows = store::run(statement!("complete.sql"), principal, task)?;
    let [task, series] = rows.as_slice() else { return Err(Refusal::NotFound) };
    let next = if series == "null" { None } else { next(series)? };
    let members = task.trim_end_matches('}');
    Answer::read(format!("{members},\"next_occurrence\":{}}}", json!(next)))
}

fn next(series: &str) -> Result<Option<String>, Refusal> {
    let unreadable = || Refusal::fault("a completed task cannot be read");
    let Done { is_newest, completed_at } = serde_json::from_str(series).map_err(|_| unreadable())?;
    let series = find::read::<find::Found>(series)?;
    let completed_at = Moment::parse(&completed_at).map_err(|_| unreadable())?;
    // What was done after it has its next one already.
    Ok(if is_newest { series.next(completed_at) } else { series.coming().next() })
}

/// Returns the JSON schema of a completed task.
pub fn schema() -> Value {
    shape::COMPLETED_TASK.schema()
}

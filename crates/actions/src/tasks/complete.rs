//! Completes a task.

use domain::{Field, Moment, shape};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Client, Fault, Refusal, statement};

use super::Target;
use crate::VersionedJson;
use crate::series::progress::{Progress, parse_row};

/// Completion of a task of a series.
#[derive(Deserialize)]
struct Completion {
    /// True if the task is the newest occurrence.
    is_newest: bool,
    completed_at: Value,
}

/// Completes a task of the caller, and returns it with the time of its next occurrence. Completing it again
/// changes nothing.
pub fn complete(client: &Client<'_>, task: &Target) -> Result<VersionedJson, Refusal> {
    let mut rows = client.call(statement!("complete.sql"), task)?;
    let completed = rows.require("task")?;
    let mut completed: Value =
        serde_json::from_str(&completed).map_err(|error| Refusal::unreadable("a completed task", error))?;
    completed["next_occurrence"] = match rows.take("progress") {
        Some(progress) => json!(next(&progress)?),
        None => Value::Null,
    };
    VersionedJson::new(&completed)
}

/// Computes the time of the next occurrence.
fn next(progress: &str) -> Result<Option<String>, Refusal> {
    let Completion { is_newest, completed_at } = parse_row(progress)?;
    let series = parse_row::<Progress>(progress)?;
    let completed_at = Moment::parse(&completed_at).map_err(|errors| {
        Refusal::Fault(Fault::caused_by("a completed task has no time of completion", errors))
    })?;
    // If a newer occurrence exists, the next one is the first upcoming one of the series.
    Ok(if is_newest { series.next(completed_at) } else { series.upcoming().next() })
}

/// Returns the JSON schema of a completed task.
pub fn schema() -> Value {
    shape::COMPLETED_TASK.schema()
}

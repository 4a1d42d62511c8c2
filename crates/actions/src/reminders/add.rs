//! A reminder is made.

use domain::{NewReminder, TaskId};
use serde::{Deserialize, Serialize};
use store::{Principal, Refusal, statement};

#[derive(Serialize)]
struct Input<'a> {
    id: TaskId,
    #[serde(flatten)]
    reminder: &'a NewReminder,
}

/// A reminder that was made.
#[derive(Debug)]
pub struct Made {
    /// The JSON text.
    pub json: String,
    /// What it is called.
    pub id: TaskId,
}

#[derive(Deserialize)]
struct Id {
    id: TaskId,
}

/// Makes a reminder of a task of the caller. Said are `no_due_date` where it has none to come before, `task_is_done`, and
/// `too_many_reminders`.
pub fn add(principal: &Principal, task: TaskId, reminder: &NewReminder) -> Result<Made, Refusal> {
    let json = store::one(statement!("add.sql"), principal, &Input { id: task, reminder })?;
    let Id { id } = serde_json::from_str(&json).map_err(|_| Refusal::fault("a reminder without an id"))?;
    Ok(Made { json, id })
}

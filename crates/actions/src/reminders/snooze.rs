//! A reminder is put off.

use domain::{Snooze, TaskId};
use serde::Serialize;
use store::{Principal, Refusal, statement};

#[derive(Serialize)]
struct Input<'a> {
    id: TaskId,
    snooze: &'a Snooze,
}

/// Has a reminder of the caller come later, once. Said are `task_is_done` and `past_time`.
pub fn snooze(principal: &Principal, id: TaskId, snooze: &Snooze) -> Result<String, Refusal> {
    store::one(statement!("snooze.sql"), principal, &Input { id, snooze })
}

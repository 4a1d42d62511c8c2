//! Snoozes a reminder.

use domain::{Snooze, TaskId};
use serde::Serialize;
use store::{Principal, Refusal, statement};

use super::refused;
use crate::Problem;

#[derive(Serialize)]
struct Input<'a> {
    id: TaskId,
    snooze: &'a Snooze,
}

/// Snoozes a reminder of the caller once.
pub fn snooze(principal: &Principal, id: TaskId, snooze: &Snooze) -> Result<String, Problem> {
    store::one(statement!("snooze.sql"), principal, &Input { id, snooze }).map_err(|refusal| match refusal {
        Refusal::Said(word) if word == "past_time" => Problem::member("until", "is in the past"),
        other => refused(other),
    })
}

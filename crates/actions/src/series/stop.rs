//! A series is stopped.

use domain::{Flag, Optional, TaskId, Version, input};
use serde::Serialize;
use store::{Principal, Refusal, statement};

use super::TRIES;
use super::find::Editable;
use crate::Problem;

input! {
    /// Options for stopping a series.
    pub struct Stopping {
        /// `true` also moves its open tasks to the trash. By default they stay.
        delete_open: Optional<Flag>,
    }
}

#[derive(Serialize)]
struct Input {
    id: TaskId,
    delete_open: bool,
    /// The edition that is to be stopped, if that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
}

/// Stops a series of the caller, and returns it with the number of `open_tasks` that it had. One that has ended already stays as
/// it is.
pub fn stop(
    principal: &Principal,
    id: TaskId,
    expected: Option<&[Version]>,
    how: &Stopping,
) -> Result<String, Problem> {
    let delete_open = matches!(how.delete_open.0, Some(Flag(true)));
    for _ in 0..TRIES {
        let version = match expected {
            None => None,
            Some(expected) => Some(Editable::find(principal, id)?.must_be(expected)?),
        };
        match store::one(statement!("stop.sql"), principal, &Input { id, delete_open, version }) {
            // Somebody was faster: look again.
            Err(Refusal::Said(word)) if word == "changed_meanwhile" => {}
            other => return Ok(other?),
        }
    }
    Err(Problem::TooFast)
}

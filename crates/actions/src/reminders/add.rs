//! A reminder is made.

use domain::{Moment, NewReminder, TaskId};
use serde::{Deserialize, Serialize};
use store::{Principal, Refusal, statement};

use super::{NOT_DUE, refused};
use crate::Problem;

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

/// Makes a reminder of a task of the caller.
pub fn add(principal: &Principal, now: Moment, task: TaskId, reminder: &NewReminder) -> Result<Made, Problem> {
    reminder.check(now).map_err(Problem::Invalid)?;
    let member = match reminder {
        NewReminder::At(_) => "at",
        NewReminder::Before(_) => "before",
    };
    let json =
        store::one(statement!("add.sql"), principal, &Input { id: task, reminder }).map_err(
            |refusal| match refusal {
                Refusal::Said(word) if word == "no_due_date" => Problem::member(member, NOT_DUE),
                Refusal::Said(word) if word == "too_many_reminders" => {
                    Problem::member(member, "would be the 101st reminder of the task, and 100 is the most")
                }
                other => refused(other),
            },
        )?;
    let Id { id } = serde_json::from_str(&json).map_err(|_| Refusal::fault("a reminder without an id"))?;
    Ok(Made { json, id })
}

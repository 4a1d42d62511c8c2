//! Adds a reminder to a task.

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

/// New reminder.
#[derive(Debug)]
pub struct Made {
    /// JSON of the reminder.
    pub json: String,
    /// Id of the reminder.
    pub id: TaskId,
}

#[derive(Deserialize)]
struct Id {
    id: TaskId,
}

/// Adds a reminder to a task of the caller.
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
                    Problem::member(member, "must not bring the task to more than 100 reminders")
                }
                other => refused(other),
            },
        )?;
    let Id { id } = serde_json::from_str(&json).map_err(|_| Refusal::fault("a reminder without an id"))?;
    Ok(Made { json, id })
}

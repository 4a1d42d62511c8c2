//! Adds a reminder to a task.

use domain::{ItemId, Moment, NewReminder};
use serde::{Deserialize, Serialize};
use store::{Client, Reason, Refusal, statement};

use super::{NEEDS_DUE_DATE, explain};

#[derive(Serialize)]
struct Input<'a> {
    id: ItemId,
    #[serde(flatten)]
    reminder: &'a NewReminder,
}

/// New reminder.
#[derive(Debug)]
pub struct AddedReminder {
    /// JSON of the reminder.
    pub json: String,
    /// Id of the reminder.
    pub id: ItemId,
}

#[derive(Deserialize)]
struct Id {
    id: ItemId,
}

/// Adds a reminder to a task of the caller.
pub fn add(
    client: &Client<'_>,
    now: Moment,
    task: ItemId,
    reminder: &NewReminder,
) -> Result<AddedReminder, Refusal> {
    reminder.check(now).map_err(Refusal::Invalid)?;
    let member = match reminder {
        NewReminder::At(_) => "at",
        NewReminder::Before(_) => "before",
    };
    let json =
        client.one(statement!("add.sql"), &Input { id: task, reminder }).map_err(
            |refusal| match refusal {
                Refusal::Rejected(Reason::NoDueDate) => Refusal::invalid_member(member, NEEDS_DUE_DATE),
                Refusal::Rejected(Reason::TooManyReminders) => {
                    Refusal::invalid_member(member, "must not bring the task to more than 100 reminders")
                }
                other => explain(other),
            },
        )?;
    let Id { id } =
        serde_json::from_str(&json).map_err(|error| Refusal::unreadable("the id of a reminder", error))?;
    Ok(AddedReminder { json, id })
}

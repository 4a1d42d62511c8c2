//! Adds a reminder to a task.

use domain::{ClientId, ItemId, Moment, NewReminder, ReminderTime};
use serde::{Deserialize, Serialize};
use store::{Client, Reason, Refusal, statement};

use super::{NEEDS_DUE_DATE, explain};
use crate::named::{Named, or_repeat};
use crate::tasks::Target;

#[derive(Serialize)]
struct Input<'a> {
    #[serde(flatten)]
    task: &'a Target,
    #[serde(skip_serializing_if = "Option::is_none")]
    reminder_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<&'a Named<TaskReminder<'a>>>,
    #[serde(flatten)]
    time: &'a ReminderTime,
}

/// Reminder, and the task that the path of the request names.
#[derive(Serialize)]
struct TaskReminder<'a> {
    task_id: ItemId,
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
    task: &Target,
    reminder: &NewReminder,
) -> Result<AddedReminder, Refusal> {
    let member = match reminder.time {
        ReminderTime::At(_) => "at",
        ReminderTime::Before(_) => "before",
    };
    let named = Named::new(reminder.id, "reminder", TaskReminder { task_id: task.id, reminder });
    let input = Input { task, reminder_id: reminder.id, named: named.as_ref(), time: &reminder.time };
    let made = reminder.check(now).map_err(Refusal::Invalid).and_then(|()| {
        client.one(statement!("add.sql"), &input).map_err(|refusal| match refusal {
            Refusal::Rejected(Reason::NoDueDate) => Refusal::invalid_member(member, NEEDS_DUE_DATE),
            Refusal::Rejected(Reason::TooManyReminders) => {
                Refusal::invalid_member(member, "must not bring the task to more than 100 reminders")
            }
            other => explain(other),
        })
    });
    let json = or_repeat(client, named.as_ref(), made)?;
    let Id { id } =
        serde_json::from_str(&json).map_err(|error| Refusal::unreadable("the id of a reminder", error))?;
    Ok(AddedReminder { json, id })
}

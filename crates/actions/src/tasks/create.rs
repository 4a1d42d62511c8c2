//! Creates a task.

use domain::{
    Description, Errors, ItemId, NewReminder, Priority, Recurrence, Reminders, Tags, TimeOrDay, Title, input,
    within, wrong_member,
};
use serde::Serialize;
use store::{Client, Refusal, statement};

use super::explain;
use crate::reminders::NEEDS_DUE_DATE;
use crate::{Clock, VersionedJson, series};

input! {
    /// A new task.
    pub struct NewTask {
        /// Title of the task.
        title: Title,
        /// Details, with line breaks if needed.
        description: Option<Description>,
        /// Priority. Defaults to `medium`.
        priority: Option<Priority>,
        /// Tags of the task.
        tags: Option<Tags>,
        /// Due date: a time, or a whole day.
        due_date: Option<TimeOrDay>,
        /// `true` allows a due date in the past. Defaults to `false`.
        allow_past: Option<bool>,
        /// Reminders: at a time, or some time before the due date.
        reminders: Option<Reminders<NewReminder>>,
        /// Recurrence: the task becomes the first one of a new series.
        recurrence: Option<Recurrence>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    id: ItemId,
    #[serde(flatten)]
    task: &'a NewTask,
}

/// Creates a task of the caller, and its series if it recurs.
pub fn create(client: &Client<'_>, clock: &Clock, task: &NewTask) -> Result<VersionedJson, Refusal> {
    check_reminders(task, clock)?;
    match &task.recurrence {
        Some(recurrence) => series::create_from_task(client, clock, task, recurrence),
        None => {
            let input = Input { id: clock.ids[0], task };
            client.one(statement!("create.sql"), &input).and_then(VersionedJson::read).map_err(explain)
        }
    }
}

/// Rejects reminders that could never become due.
fn check_reminders(task: &NewTask, clock: &Clock) -> Result<(), Refusal> {
    let is_due = task.due_date.is_some() || task.recurrence.is_some();
    let mut errors = Errors::new();
    for (number, reminder) in task.reminders.iter().flat_map(|reminders| &reminders.0).enumerate() {
        let found = match reminder {
            NewReminder::Before(_) if !is_due => wrong_member("before", NEEDS_DUE_DATE),
            reminder => reminder.check(clock.now).err().unwrap_or_default(),
        };
        errors.extend(within("reminders", within(number, found)));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

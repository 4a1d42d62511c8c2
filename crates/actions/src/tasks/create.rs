//! Creates a task.

use domain::{
    ClientId, Description, Errors, ItemId, NewReminder, Priority, ReminderTime, Reminders, Tags, TimeOrDay,
    Title, input, within, wrong_member,
};
use serde::Serialize;
use store::{Client, Refusal, statement};

use super::explain;
use crate::named::{Named, or_repeat};
use crate::reminders::NEEDS_DUE_DATE;
use crate::series::TaskRecurrence;
use crate::{Clock, VersionedJson, series};

input! {
    /// A new task.
    pub struct NewTask {
        /// Id of the task, chosen by the client: a UUID of version 7. With an id, the request can be repeated
        /// at any time, and makes one task. By default TaskFlow chooses one.
        id: Option<ClientId>,
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
        recurrence: Option<TaskRecurrence>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    /// Id of the task, unless it has one that the client has chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    named: Option<&'a Named<&'a NewTask>>,
    #[serde(flatten)]
    task: &'a NewTask,
}

impl NewTask {
    /// Returns the ids that the client has chosen, that of the task first.
    fn ids(&self) -> impl Iterator<Item = ClientId> {
        let series = self.recurrence.as_ref().and_then(|recurrence| recurrence.id);
        let reminders = self.reminders.iter().flat_map(|reminders| &reminders.0);
        [self.id, series].into_iter().chain(reminders.map(|reminder| reminder.id)).flatten()
    }
}

/// Creates a task of the caller, and its series if it recurs.
pub fn create(client: &Client<'_>, clock: &Clock, task: &NewTask) -> Result<VersionedJson, Refusal> {
    let named = Named::new(task.ids(), "task", task);
    let made = check_reminders(task, clock).and_then(|()| match &task.recurrence {
        Some(recurrence) => series::create_from_task(client, clock, task, recurrence, named.as_ref()),
        None => {
            let id = task.id.is_none().then_some(clock.ids[0]);
            let input = Input { id, named: named.as_ref(), task };
            client.one(statement!("create.sql"), &input).map_err(explain)
        }
    });
    or_repeat(client, named.as_ref(), made).and_then(VersionedJson::read)
}

/// Rejects reminders that could never become due.
fn check_reminders(task: &NewTask, clock: &Clock) -> Result<(), Refusal> {
    let is_due = task.due_date.is_some() || task.recurrence.is_some();
    let mut errors = Errors::new();
    for (number, reminder) in task.reminders.iter().flat_map(|reminders| &reminders.0).enumerate() {
        let found = match reminder.time {
            ReminderTime::Before(_) if !is_due => wrong_member("before", NEEDS_DUE_DATE),
            _ => reminder.check(clock.now).err().unwrap_or_default(),
        };
        errors.extend(within("reminders", within(number, found)));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::Invalid(errors)) }
}

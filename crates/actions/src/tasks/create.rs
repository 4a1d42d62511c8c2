//! A task is made.

use domain::{Description, DueDate, NewReminder, Priority, Recurrence, Reminders, Tags, TaskId, Title, input};
use serde::Serialize;
use store::{Principal, Refusal, statement};

use crate::Answer;

input! {
    /// A task to be made.
    pub struct NewTask {
        /// What is to be done.
        title: Title,
        /// More about it.
        description: Option<Description>,
        /// How much it matters; `medium` when nothing is said.
        priority: Option<Priority>,
        /// What it is filed under.
        tags: Option<Tags>,
        /// When it is due: a time, or a day for the whole of it.
        due_date: Option<DueDate>,
        /// Whether that may be in the past, as for something written down afterwards.
        allow_past: Option<bool>,
        /// When to remind of it: at times, or so long before it is due.
        reminders: Option<Reminders<NewReminder>>,
        /// How it comes back: it is the first one of a new series then.
        recurrence: Option<Recurrence>,
    }
}

#[derive(Serialize)]
struct Input<'a> {
    id: TaskId,
    #[serde(flatten)]
    task: &'a NewTask,
}

/// Makes a task of the caller that does not come back, under the given id. `past_due_date` is said where its time has gone.
pub fn create(principal: &Principal, id: TaskId, task: &NewTask) -> Result<Answer, Refusal> {
    store::one(statement!("create.sql"), principal, &Input { id, task }).and_then(Answer::read)
}

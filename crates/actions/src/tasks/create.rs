//! A task is made.

use domain::{
    Description, DueDate, Errors, NewReminder, Priority, Recurrence, Reminders, Tags, TaskId, Title, input, within,
    wrong_member,
};
use serde::Serialize;
use store::{Principal, statement};

use super::refused;
use crate::reminders::NOT_DUE;
use crate::{Answer, Clock, Problem, series};

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

/// Makes a task of the caller, with the series that it begins if it comes back.
pub fn create(principal: &Principal, clock: &Clock, task: &NewTask) -> Result<Answer, Problem> {
    check_reminders(task, clock)?;
    match &task.recurrence {
        Some(recurrence) => series::create_from_task(principal, clock, task, recurrence),
        None => {
            let input = Input { id: clock.ids[0], task };
            store::one(statement!("create.sql"), principal, &input).and_then(Answer::read).map_err(refused)
        }
    }
}

/// Refuses reminders that could never come.
fn check_reminders(task: &NewTask, clock: &Clock) -> Result<(), Problem> {
    let is_due = task.due_date.is_some() || task.recurrence.is_some();
    let mut errors = Errors::new();
    for (number, reminder) in task.reminders.iter().flat_map(|reminders| &reminders.0).enumerate() {
        let found = match reminder {
            NewReminder::Before(_) if !is_due => wrong_member("before", NOT_DUE),
            reminder => reminder.check(clock.now).err().unwrap_or_default(),
        };
        errors.extend(within("reminders", within(number, found)));
    }
    if errors.is_empty() { Ok(()) } else { Err(Problem::Invalid(errors)) }
}

use actions::reminders;
use actions::tasks::find::Where;
use domain::{Duration, Field, Moment, NewReminder, Optional, Reference, input};
use serde_json::{Value, json};

use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `set_reminder`
pub struct SetReminder;

input! {
    /// Of which task to remind, and when: `at` a time, or so long `before` it is due.
    pub struct Input {
        /// The task: its id, or words of its title such as "buy milk".
        task: Reference,
        /// At this time, as in 2026-04-02T17:00:00+02:00. Either this or `before`.
        at: Optional<Moment>,
        /// So long before it is due, as in 15m, 1h, 2d or 1w. Either this or `at`; the task needs a due date.
        before: Optional<Duration>,
    }
}

impl Tool for SetReminder {
    const NAME: &'static str = "set_reminder";
    const TITLE: &'static str = "Set a reminder";
    const ABOUT: &'static str = "Reminds the person of a task, at a time or some time before it is due; one that is relative moves along \
        when the due date changes. A task may have several. Use it for \"remind me an hour before\". For something that is no task \
        yet, give `reminders` to add_task. Example: {\"task\": \"dentist\", \"before\": \"1h\"}";
    const DOES: Does = Does::Add;
    type Input = Input;

    fn output() -> Value {
        reminders::schema()
    }

    fn run(call: &Call, input: Input) -> Result<Reply, Trouble> {
        let given = [("at", input.at.0.map(|at| json!(at))), ("before", input.before.0.map(|before| json!(before)))];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let reminder = NewReminder::parse(&Value::Object(given))?;
        let task = call.task_id(&input.task, Where::default())?;
        let made = reminders::add(&call.principal, call.clock.now, task, &reminder)?;
        let made = read(&made.json)?;
        let done = if made["status"] == "cancelled" {
            "This reminder will not come, as its time is over or the task is done; give `at`, or move the due date"
        } else {
            "Set a reminder"
        };
        Ok(Reply::one(made, done))
    }
}

use actions::reminders;
use domain::{ClientId, Duration, Field, Moment, NewReminder, Optional, input};
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `set_reminder`
pub struct SetReminder;

input! {
    /// The task, and the time of the reminder: `at` a time, or some time `before` the due date.
    pub struct Input {
        ..task: TaskInput,
        /// Time of the reminder, such as 2026-04-02T17:00:00+02:00. Set either this or `before`.
        at: Optional<Moment>,
        /// Time before the due date, such as 15m, 1h, 2d or 1w. Set either this or `at`; the task needs a due
        /// date.
        before: Optional<Duration>,
        /// Id of the reminder, chosen by the client: a UUID of version 7. By default TaskFlow chooses one.
        id: Option<ClientId>,
    }
}

impl Tool for SetReminder {
    const NAME: &'static str = "set_reminder";
    const TITLE: &'static str = "Set a reminder";
    const DESCRIPTION: &'static str = "Adds a reminder to a task, at a time or some time before its due \
        date. A reminder relative to the due date moves along with it. A task can have several. Use it for \
        \"remind me an hour before\". If there is no task yet, use add_task with `reminders`. Example: \
        {\"task\": \"dentist\", \"before\": \"1h\"}";
    const EFFECT: Effect = Effect::Create;
    type Input = Input;

    fn output() -> Value {
        reminders::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let given = [
            ("id", input.id.map(|id| json!(id))),
            ("at", input.at.0.map(|at| json!(at))),
            ("before", input.before.0.map(|before| json!(before))),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        let reminder = NewReminder::parse(&Value::Object(given))?;
        let task = call.target(&input.task.task)?;
        let added = reminders::add(&call.caller, call.clock.now, &task, &reminder)?;
        let added = parse_json(&added.json)?;
        let done = if added["status"] == "cancelled" {
            "This reminder will not be sent, because its time has passed or the task is completed. Set `at`, or \
             move the due date"
        } else {
            "Set a reminder"
        };
        Ok(ToolOutput::item(added, done))
    }
}

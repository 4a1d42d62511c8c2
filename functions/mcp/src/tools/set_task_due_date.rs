use actions::tasks::{self, NewDueDate};
use domain::input;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `set_task_due_date`
pub struct SetTaskDueDate;

input! {
    /// The task, and its new due date.
    pub struct Input {
        ..task: TaskInput,
        ..new: NewDueDate,
    }
}

impl Tool for SetTaskDueDate {
    const NAME: &'static str = "set_task_due_date";
    const TITLE: &'static str = "Set the due date of a task";
    const DESCRIPTION: &'static str = "Moves a task to another due date, or clears the due date with `null`. \
        Reminders relative to the due date move along. Use it for \"move the report to Monday\". A time \
        needs an offset; a plain date is the whole day. In a series, only this occurrence moves. Example: \
        {\"task\": \"report\", \"due_date\": \"2026-04-06\"}";
    const EFFECT: Effect = Effect::Update;
    type Input = Input;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let updated = tasks::patch(&call.caller, &call.target(&input.task.task)?, &input.new.into())?;
        Ok(ToolOutput::item(parse_json(&updated.json)?, "Updated"))
    }
}

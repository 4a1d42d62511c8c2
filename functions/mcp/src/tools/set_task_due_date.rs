use actions::tasks::{self, NewDueDate};
use domain::Both;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `set_task_due_date`
pub struct SetTaskDueDate;

impl Tool for SetTaskDueDate {
    const NAME: &'static str = "set_task_due_date";
    const TITLE: &'static str = "Say when a task is due";
    const DESCRIPTION: &'static str = "Moves a task to another due date, or takes it away with `null`. Reminders that are relative to it move \
        along. Use it for \"move the report to Monday\". A time needs an offset; a plain date is the whole day. Of a series, only \
        this occurrence moves. Example: {\"task\": \"report\", \"due_date\": \"2026-04-06\"}";
    const EFFECT: Effect = Effect::Update;
    type Input = Both<TaskInput, NewDueDate>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, due_date): Self::Input) -> Result<ToolOutput, ToolError> {
        let changed = tasks::patch(&call.caller, &call.named(&which.task)?, &due_date.into())?;
        Ok(ToolOutput::item(parse_json(&changed.json)?, "Changed"))
    }
}

use actions::tasks::{self, NewPriority};
use domain::input;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `set_task_priority`
pub struct SetTaskPriority;

input! {
    /// The task, and its new priority.
    pub struct Input {
        ..task: TaskInput,
        ..new: NewPriority,
    }
}

impl Tool for SetTaskPriority {
    const NAME: &'static str = "set_task_priority";
    const TITLE: &'static str = "Set the priority of a task";
    const DESCRIPTION: &'static str = "Sets the priority of a task to low, medium or high. \"Urgent\" and \
        \"important\" mean high. Example: {\"task\": \"buy milk\", \"priority\": \"high\"}";
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

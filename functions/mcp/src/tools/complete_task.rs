use actions::tasks;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `complete_task`
pub struct CompleteTask;

impl Tool for CompleteTask {
    const NAME: &'static str = "complete_task";
    const TITLE: &'static str = "Complete a task";
    const DESCRIPTION: &'static str = "Marks a task as completed. Use it when the person says that they did \
        it. A recurring task gets its next occurrence automatically: `next_occurrence` is its due date. \
        Completing a task again changes nothing. To drop a task that was not done, use delete_task. Example: \
        {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Update;
    // The same words match the next occurrence, as soon as there is one.
    const IS_IDEMPOTENT: bool = false;
    type Input = TaskInput;

    fn output() -> Value {
        tasks::complete::schema()
    }

    fn run(call: &Call, input: TaskInput) -> Result<ToolOutput, ToolError> {
        let completed = tasks::complete(&call.caller, &call.target(&input.task)?)?;
        Ok(ToolOutput::item(parse_json(&completed.json)?, "Completed"))
    }
}

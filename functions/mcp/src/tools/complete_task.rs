use actions::tasks;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `complete_task`
pub struct CompleteTask;

impl Tool for CompleteTask {
    const NAME: &'static str = "complete_task";
    const TITLE: &'static str = "Complete a task";
    const DESCRIPTION: &'static str = "Marks a task as done. Use it when the person says that they did it. One that comes back gets its next \
        occurrence by itself: `next_occurrence` says when. Completing it again changes nothing. Do not use it to get rid of a task \
        that nobody did: that is delete_task. Example: {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Update;
    type Input = TaskInput;

    fn output() -> Value {
        tasks::complete::schema()
    }

    fn run(call: &Call, input: TaskInput) -> Result<ToolOutput, ToolError> {
        let done = tasks::complete(&call.caller, &call.named(&input.task)?)?;
        Ok(ToolOutput::item(parse_json(&done.json)?, "Completed"))
    }
}

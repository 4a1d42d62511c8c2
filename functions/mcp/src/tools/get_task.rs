use actions::tasks;
use actions::tasks::find::Where;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput};

/// `get_task`
pub struct GetTask;

impl Tool for GetTask {
    const NAME: &'static str = "get_task";
    const TITLE: &'static str = "Look at a task";
    const DESCRIPTION: &'static str = "Returns one task with everything about it. Use it when the person asks about a certain task. \
        To act on a task you need not look at it before. Example: {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = TaskInput;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: TaskInput) -> Result<ToolOutput, ToolError> {
        let task = call.find_task(&input.task, Where::default())?.shown;
        Ok(ToolOutput::item(task, "Found"))
    }
}

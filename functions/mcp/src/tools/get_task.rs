use actions::tasks;
use actions::tasks::resolve::SearchOptions;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput};

/// `get_task`
pub struct GetTask;

impl Tool for GetTask {
    const NAME: &'static str = "get_task";
    const TITLE: &'static str = "Get a task";
    const DESCRIPTION: &'static str = "Returns all details of one task. Use it when the person asks about a \
        certain task. It is not needed before other tools: they find the task themselves. Example: \
        {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = TaskInput;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: TaskInput) -> Result<ToolOutput, ToolError> {
        let task = call.resolve_task(&input.task, SearchOptions::default())?.item;
        Ok(ToolOutput::item(task, "Found"))
    }
}

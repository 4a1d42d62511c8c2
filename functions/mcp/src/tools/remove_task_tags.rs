use actions::tasks;
use domain::{Tags, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `remove_task_tags`
pub struct RemoveTaskTags;

input! {
    /// Tags to remove from a task.
    pub struct Input {
        ..task: TaskInput,
        /// Tags to remove. Tags that the task does not have are ignored.
        tags: Tags,
    }
}

impl Tool for RemoveTaskTags {
    const NAME: &'static str = "remove_task_tags";
    const TITLE: &'static str = "Remove tags from a task";
    const DESCRIPTION: &'static str = "Removes tags from a task and keeps the others. Example: {\"task\": \
        \"buy milk\", \"tags\": [\"shopping\"]}";
    const EFFECT: Effect = Effect::Update;
    type Input = Input;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let untagged = tasks::untag(&call.caller, &call.target(&input.task.task)?, &input.tags)?;
        Ok(ToolOutput::item(parse_json(&untagged.json)?, "Updated"))
    }
}

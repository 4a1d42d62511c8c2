use actions::tasks::{self, MoreTags};
use domain::input;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `add_task_tags`
pub struct AddTaskTags;

input! {
    /// Tags to add to a task.
    pub struct Input {
        ..task: TaskInput,
        ..more: MoreTags,
    }
}

impl Tool for AddTaskTags {
    const NAME: &'static str = "add_task_tags";
    const TITLE: &'static str = "Add tags to a task";
    const DESCRIPTION: &'static str = "Adds tags to a task and keeps those that it has; a task can have up \
        to ten. Write tags without `#`. Example: {\"task\": \"buy milk\", \"tags\": [\"shopping\"]}";
    const EFFECT: Effect = Effect::Update;
    type Input = Input;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let tagged = tasks::tag(&call.caller, &call.target(&input.task.task)?, &input.more.tags)?;
        Ok(ToolOutput::item(parse_json(&tagged.json)?, "Tagged"))
    }
}

use actions::tasks::{self, MoreTags};
use domain::Both;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `add_task_tags`
pub struct AddTaskTags;

impl Tool for AddTaskTags {
    const NAME: &'static str = "add_task_tags";
    const TITLE: &'static str = "Tag a task";
    const DESCRIPTION: &'static str = "Files a task under more tags, beside those that it has; a task has ten at the most. Leave out the `#`. \
        Example: {\"task\": \"buy milk\", \"tags\": [\"shopping\"]}";
    const EFFECT: Effect = Effect::Update;
    type Input = Both<TaskInput, MoreTags>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, more): Self::Input) -> Result<ToolOutput, ToolError> {
        let tagged = tasks::tag(&call.caller, &call.named(&which.task)?, &more.tags)?;
        Ok(ToolOutput::item(parse_json(&tagged.json)?, "Tagged"))
    }
}

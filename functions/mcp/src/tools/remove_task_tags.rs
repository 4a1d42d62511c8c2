use actions::tasks;
use domain::{Both, Tags, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `remove_task_tags`
pub struct RemoveTaskTags;

input! {
    /// Which tags to take off.
    pub struct FewerTags {
        /// The tags. One that the task does not have is not missed.
        tags: Tags,
    }
}

impl Tool for RemoveTaskTags {
    const NAME: &'static str = "remove_task_tags";
    const TITLE: &'static str = "Take tags off a task";
    const DESCRIPTION: &'static str =
        "Takes tags off a task; the others stay. Example: {\"task\": \"buy milk\", \"tags\": [\"shopping\"]}";
    const EFFECT: Effect = Effect::Destroy;
    type Input = Both<TaskInput, FewerTags>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, fewer): Self::Input) -> Result<ToolOutput, ToolError> {
        let untagged = tasks::untag(&call.caller, &call.named(&which.task)?, &fewer.tags)?;
        Ok(ToolOutput::item(parse_json(&untagged.json)?, "Changed"))
    }
}

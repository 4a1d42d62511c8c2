use actions::tasks::{self, NewPriority};
use domain::Both;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `set_task_priority`
pub struct SetTaskPriority;

impl Tool for SetTaskPriority {
    const NAME: &'static str = "set_task_priority";
    const TITLE: &'static str = "Say how much a task matters";
    const DESCRIPTION: &'static str = "Sets the priority of a task: low, medium or high. \"Urgent\" and \"important\" are high. \
        Example: {\"task\": \"buy milk\", \"priority\": \"high\"}";
    const EFFECT: Effect = Effect::Update;
    type Input = Both<TaskInput, NewPriority>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, priority): Self::Input) -> Result<ToolOutput, ToolError> {
        let changed = tasks::patch(&call.caller, &call.named(&which.task)?, &priority.into())?;
        Ok(ToolOutput::item(parse_json(&changed.json)?, "Changed"))
    }
}

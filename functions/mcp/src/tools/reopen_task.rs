use actions::tasks;
use actions::tasks::find::Where;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `reopen_task`
pub struct ReopenTask;

impl Tool for ReopenTask {
    const NAME: &'static str = "reopen_task";
    const TITLE: &'static str = "Open a task again";
    const DESCRIPTION: &'static str = "Makes a completed task one to do again. Use it when something was marked as done by mistake or has to be \
        done once more. Words find completed tasks first. For what is in the trash it does nothing. Example: {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Update;
    type Input = TaskInput;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: TaskInput) -> Result<ToolOutput, ToolError> {
        let id = call.task_id(&input.task, Where { done_first: true, ..Where::default() })?;
        let open = tasks::reopen(&call.caller, &tasks::Named { id, expected: None })?;
        Ok(ToolOutput::item(parse_json(&open.json)?, "Open again"))
    }
}

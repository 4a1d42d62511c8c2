use actions::tasks;
use actions::tasks::resolve::SearchOptions;
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `reopen_task`
pub struct ReopenTask;

impl Tool for ReopenTask {
    const NAME: &'static str = "reopen_task";
    const TITLE: &'static str = "Reopen a task";
    const DESCRIPTION: &'static str = "Makes a completed task open again. Use it when a task was completed \
        by mistake or has to be done once more. The next occurrence of a recurring task is taken away again, \
        unless it was changed. Words match completed tasks first. It does not restore tasks from the trash. \
        Example: {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Update;
    type Input = TaskInput;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: TaskInput) -> Result<ToolOutput, ToolError> {
        let id = call.task_id(&input.task, SearchOptions { done_first: true, ..SearchOptions::default() })?;
        let reopened = tasks::reopen(&call.caller, &tasks::Target { id, expected: None })?;
        Ok(ToolOutput::item(parse_json(&reopened.json)?, "Reopened"))
    }
}

use actions::tasks::resolve::SearchOptions;
use actions::{Page, audit};
use domain::input;
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `get_task_history`
pub struct GetTaskHistory;

input! {
    /// The task, and a page of its history.
    pub struct Input {
        ..task: TaskInput,
        ..page: Page,
    }
}

impl Tool for GetTaskHistory {
    const NAME: &'static str = "get_task_history";
    const TITLE: &'static str = "Get the history of a task";
    const DESCRIPTION: &'static str = "Lists the changes of a task, oldest first: when it was created, \
        updated, completed or deleted, by whom (the person, an assistant, or TaskFlow), with the values \
        before and after. Changes of the last second may be missing. Use the id for a task that was deleted. \
        Example: {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        audit::list::schema(json!({ "type": "string" }))
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let task = call.task_id(&input.task.task, SearchOptions::default())?;
        let query = audit::AuditQuery { task: Some(task), page: input.page, ..Default::default() };
        Ok(ToolOutput::page(parse_json(&audit::list(&call.caller, &query)?)?, "events, oldest first"))
    }
}

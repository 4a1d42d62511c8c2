use actions::audit;
use actions::tasks::find::Where;
use domain::Both;
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, PageInput, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `get_task_history`
pub struct GetTaskHistory;

impl Tool for GetTaskHistory {
    const NAME: &'static str = "get_task_history";
    const TITLE: &'static str = "See what happened to a task";
    const DESCRIPTION: &'static str = "Tells what happened to a task, the oldest first: when it was made, changed, completed or deleted, by whom (the \
        person, an assistant, TaskFlow), and what was before and after. What happened within the last second may be missing. By \
        its id, also of a task that is gone. Example: {\"task\": \"buy milk\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Both<TaskInput, PageInput>;

    fn output() -> Value {
        audit::list::schema(json!({ "type": "string" }))
    }

    fn run(call: &Call, Both(which, part): Self::Input) -> Result<ToolOutput, ToolError> {
        let task = call.task_id(&which.task, Where::default())?;
        let wanted = audit::Wanted { task: Some(task), limit: part.limit, cursor: part.cursor, ..Default::default() };
        Ok(ToolOutput::page(parse_json(&audit::list(&call.caller, &wanted)?)?, "events, the oldest first"))
    }
}

use actions::tasks::{self, TaskPatch};
use domain::{Both, Errors, Field, wrong_member};
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `update_task`
pub struct UpdateTask;

/// A patch, where `null` clears. But who sends `null` for what cannot be cleared means nothing by it, and shall not lose the rest.
pub struct Input(Both<TaskInput, TaskPatch>);

impl Field for Input {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let cannot =
            ["title", "priority", "allow_past"].into_iter().filter(|name| value.get(name) == Some(&Value::Null));
        let detail = "cannot be null: leave out all that is to stay as it is, as `null` clears";
        let errors: Errors = cannot.flat_map(|name| wrong_member(name, detail)).collect();
        if errors.is_empty() { Both::parse(value).map(Self) } else { Err(errors) }
    }

    fn schema() -> Value {
        Both::<TaskInput, TaskPatch>::schema()
    }
}

impl Tool for UpdateTask {
    const NAME: &'static str = "update_task";
    const TITLE: &'static str = "Change a task";
    const DESCRIPTION: &'static str = "Changes the given fields of a task: title, description, priority, tags, due date. What is left out stays; \
        `null` clears a description, tags or a due date. `tags` puts these in place of all tags: use add_task_tags or \
        remove_task_tags for single ones. For a due date or a priority alone set_task_due_date and set_task_priority are simpler. \
        It does not complete tasks. Of a series, only this occurrence changes. Example: {\"task\": \"report\", \"title\": \"Submit the report\"}";
    const EFFECT: Effect = Effect::Destroy;
    // Here it clears.
    const NULL_IS_MISSING: bool = false;
    type Input = Input;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Input(Both(which, patch)): Input) -> Result<ToolOutput, ToolError> {
        let changed = tasks::patch(&call.caller, &call.named(&which.task)?, &patch)?;
        Ok(ToolOutput::item(parse_json(&changed.json)?, "Changed"))
    }
}

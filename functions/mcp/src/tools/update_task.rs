use actions::tasks::{self, TaskPatch};
use domain::{Errors, Field, input, wrong_member};
use serde_json::Value;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, parse_json};

/// `update_task`
pub struct UpdateTask;

input! {
    /// The task, and its changes.
    pub struct Changes {
        ..task: TaskInput,
        ..patch: TaskPatch,
    }
}

/// Changes that reject `null` where it clears nothing: models that send every argument would reset what they
/// meant to keep.
pub struct Input(Changes);

impl Field for Input {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let nulls = ["title", "priority", "allow_past"]
            .into_iter()
            .filter(|name| value.get(name) == Some(&Value::Null));
        let detail = "cannot be null: `null` clears, so leave out the arguments that should keep their value";
        let errors: Errors = nulls.flat_map(|name| wrong_member(name, detail)).collect();
        if errors.is_empty() { Changes::parse(value).map(Self) } else { Err(errors) }
    }

    fn schema() -> Value {
        Changes::schema()
    }
}

impl Tool for UpdateTask {
    const NAME: &'static str = "update_task";
    const TITLE: &'static str = "Update a task";
    const DESCRIPTION: &'static str = "Changes the given fields of a task: title, description, priority, \
        tags, due date. Other fields keep their value; `null` clears a description, tags or a due date. \
        `tags` replaces all tags: use add_task_tags or remove_task_tags for single ones. For only a due date \
        or a priority, set_task_due_date and set_task_priority are simpler. It does not complete tasks. In a \
        series, only this occurrence changes. Example: {\"task\": \"report\", \"title\": \"Submit the \
        report\"}";
    const EFFECT: Effect = Effect::Update;
    // With a new title, the same words can match another task.
    const IS_IDEMPOTENT: bool = false;
    // `null` clears.
    const NULL_IS_MISSING: bool = false;
    type Input = Input;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Input(Changes { task, patch }): Input) -> Result<ToolOutput, ToolError> {
        let updated = tasks::patch(&call.caller, &call.target(&task.task)?, &patch)?;
        Ok(ToolOutput::item(parse_json(&updated.json)?, "Updated"))
    }
}

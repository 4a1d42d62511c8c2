use actions::tasks::{self, TaskPatch};
use domain::{Both, Errors, Field, wrong_member};
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `update_task`
pub struct UpdateTask;

/// A patch, where `null` clears. But who sends `null` for what cannot be cleared means nothing by it, and shall not lose the rest.
pub struct Input(Both<Which, TaskPatch>);

impl Field for Input {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let cannot =
            ["title", "priority", "allow_past"].into_iter().filter(|name| value.get(name) == Some(&Value::Null));
        let detail = "cannot be null: leave out all that is to stay as it is, as `null` clears";
        let errors: Errors = cannot.flat_map(|name| wrong_member(name, detail)).collect();
        if errors.is_empty() { Both::parse(value).map(Self) } else { Err(errors) }
    }

    fn schema() -> Value {
        Both::<Which, TaskPatch>::schema()
    }
}

impl Tool for UpdateTask {
    const NAME: &'static str = "update_task";
    const TITLE: &'static str = "Change a task";
    const ABOUT: &'static str = "Changes the given fields of a task: title, description, priority, tags, due date. What is left out stays; \
        `null` clears a description, tags or a due date. `tags` puts these in place of all tags: use add_task_tags or \
        remove_task_tags for single ones. For a due date or a priority alone set_task_due_date and set_task_priority are simpler. \
        It does not complete tasks. Of a series, only this occurrence changes. Example: {\"task\": \"report\", \"title\": \"Submit the report\"}";
    const DOES: Does = Does::Replace;
    // Here it clears.
    const TAKES_NULL: bool = false;
    type Input = Input;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Input(Both(which, patch)): Input) -> Result<Reply, Trouble> {
        let changed = tasks::patch(&call.principal, &call.named(&which.task)?, &patch)?;
        Ok(Reply::one(read(&changed.json)?, "Changed"))
    }
}

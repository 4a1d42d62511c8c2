use actions::tasks::{self, TaskPatch};
use domain::Both;
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `update_task`
pub struct UpdateTask;

impl Tool for UpdateTask {
    const NAME: &'static str = "update_task";
    const TITLE: &'static str = "Change a task";
    const ABOUT: &'static str = "Changes the given fields of a task: title, description, priority, tags, due date. What is left out stays; \
        `null` clears. `tags` puts these in place of all tags: use add_task_tags or remove_task_tags for single ones. For a due \
        date or a priority alone set_task_due_date and set_task_priority are simpler. It does not complete tasks. Of a series, \
        only this occurrence changes. Example: {\"task\": \"report\", \"title\": \"Submit the report\", \"description\": null}";
    const DOES: Does = Does::Replace;
    // Here it clears.
    const TAKES_NULL: bool = false;
    type Input = Both<Which, TaskPatch>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, patch): Self::Input) -> Result<Reply, Trouble> {
        let changed = tasks::patch(&call.principal, &call.named(&which.task)?, &patch)?;
        Ok(Reply::one(read(&changed.json)?, "Changed"))
    }
}

use actions::tasks;
use actions::tasks::find::Where;
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `reopen_task`
pub struct ReopenTask;

impl Tool for ReopenTask {
    const NAME: &'static str = "reopen_task";
    const TITLE: &'static str = "Open a task again";
    const ABOUT: &'static str = "Makes a completed task one to do again. Use it when something was marked as done by mistake or has to be \
        done once more. Words find completed tasks first. For what is in the trash it does nothing. Example: {\"task\": \"buy milk\"}";
    const DOES: Does = Does::Change;
    type Input = Which;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: Which) -> Result<Reply, Trouble> {
        let id = call.task_id(&input.task, Where { done_first: true, ..Where::default() })?;
        let open = tasks::reopen(&call.principal, &tasks::Named { id, expected: None })?;
        Ok(Reply::one(read(&open.json)?, "Open again"))
    }
}

use actions::tasks::{self, NewPriority};
use domain::Both;
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `set_task_priority`
pub struct SetTaskPriority;

impl Tool for SetTaskPriority {
    const NAME: &'static str = "set_task_priority";
    const TITLE: &'static str = "Say how much a task matters";
    const ABOUT: &'static str = "Sets the priority of a task: low, medium or high. \"Urgent\" and \"important\" are high. \
        Example: {\"task\": \"buy milk\", \"priority\": \"high\"}";
    const DOES: Does = Does::Change;
    type Input = Both<Which, NewPriority>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, priority): Self::Input) -> Result<Reply, Trouble> {
        let changed = tasks::patch(&call.principal, &call.named(&which.task)?, &priority.into())?;
        Ok(Reply::one(read(&changed.json)?, "Changed"))
    }
}

use actions::tasks;
use actions::tasks::find::Where;
use serde_json::Value;

use super::Which;
use crate::call::Call;
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `get_task`
pub struct GetTask;

impl Tool for GetTask {
    const NAME: &'static str = "get_task";
    const TITLE: &'static str = "Look at a task";
    const ABOUT: &'static str = "Returns one task with everything about it. Use it when the person asks about a certain task. \
        To act on a task you need not look at it before. Example: {\"task\": \"buy milk\"}";
    const DOES: Does = Does::Look;
    type Input = Which;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, input: Which) -> Result<Reply, Trouble> {
        let task = call.task(&input.task, Where::default())?.shown;
        Ok(Reply::one(task, "Found"))
    }
}

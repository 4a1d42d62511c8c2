use actions::tasks;
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `complete_task`
pub struct CompleteTask;

impl Tool for CompleteTask {
    const NAME: &'static str = "complete_task";
    const TITLE: &'static str = "Complete a task";
    const ABOUT: &'static str = "Marks a task as done. Use it when the person says that they did it. One that comes back gets its next \
        occurrence by itself: `next_occurrence` says when. Completing it again changes nothing. Do not use it to get rid of a task \
        that nobody did: that is delete_task. Example: {\"task\": \"buy milk\"}";
    const DOES: Does = Does::Change;
    type Input = Which;

    fn output() -> Value {
        tasks::complete::schema()
    }

    fn run(call: &Call, input: Which) -> Result<Reply, Trouble> {
        let done = tasks::complete(&call.principal, &call.named(&input.task)?)?;
        Ok(Reply::one(read(&done.json)?, "Completed"))
    }
}

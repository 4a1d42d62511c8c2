use actions::tasks::{self, MoreTags};
use domain::Both;
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `add_task_tags`
pub struct AddTaskTags;

impl Tool for AddTaskTags {
    const NAME: &'static str = "add_task_tags";
    const TITLE: &'static str = "Tag a task";
    const ABOUT: &'static str = "Files a task under more tags, beside those that it has; a task has ten at the most. Leave out the `#`. \
        Example: {\"task\": \"buy milk\", \"tags\": [\"shopping\"]}";
    const DOES: Does = Does::Change;
    type Input = Both<Which, MoreTags>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, more): Self::Input) -> Result<Reply, Trouble> {
        let tagged = tasks::tag(&call.principal, &call.named(&which.task)?, &more.tags)?;
        Ok(Reply::one(read(&tagged.json)?, "Tagged"))
    }
}

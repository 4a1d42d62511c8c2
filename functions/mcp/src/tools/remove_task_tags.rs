use actions::tasks;
use domain::{Both, Tags, input};
use serde_json::Value;

use super::Which;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `remove_task_tags`
pub struct RemoveTaskTags;

input! {
    /// Which tags to take off.
    pub struct FewerTags {
        /// The tags. One that the task does not have is not missed.
        tags: Tags,
    }
}

impl Tool for RemoveTaskTags {
    const NAME: &'static str = "remove_task_tags";
    const TITLE: &'static str = "Take tags off a task";
    const ABOUT: &'static str =
        "Takes tags off a task; the others stay. Example: {\"task\": \"buy milk\", \"tags\": [\"shopping\"]}";
    const DOES: Does = Does::Replace;
    type Input = Both<Which, FewerTags>;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, Both(which, fewer): Self::Input) -> Result<Reply, Trouble> {
        let untagged = tasks::untag(&call.principal, &call.named(&which.task)?, &fewer.tags)?;
        Ok(Reply::one(read(&untagged.json)?, "Changed"))
    }
}

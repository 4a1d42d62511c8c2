use actions::tasks::find::Where;
use actions::{Cursor, audit};
use domain::{Both, Limit, Optional, input};
use serde_json::{Value, json};

use super::Which;
use crate::reply::Reply;
use crate::tool::{Call, Does, Tool, Trouble, read};

/// `get_task_history`
pub struct GetTaskHistory;

input! {
    /// How much of it.
    pub struct Part {
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it.
        cursor: Optional<Cursor>,
    }
}

impl Tool for GetTaskHistory {
    const NAME: &'static str = "get_task_history";
    const TITLE: &'static str = "See what happened to a task";
    const ABOUT: &'static str = "Tells what happened to a task, the first first: when it was made, changed, completed or deleted, by whom (the \
        person, an assistant, TaskFlow), and what was before and after. What happened within the last second may be missing. By \
        its id, also of a task that is gone. Example: {\"task\": \"buy milk\"}";
    const DOES: Does = Does::Look;
    type Input = Both<Which, Part>;

    fn output() -> Value {
        audit::list::schema(json!({ "type": "string" }))
    }

    fn run(call: &Call, Both(which, part): Self::Input) -> Result<Reply, Trouble> {
        let task = call.task_id(&which.task, Where::default())?;
        let wanted = audit::Wanted { task: Some(task), limit: part.limit, cursor: part.cursor, ..Default::default() };
        Ok(Reply::page(read(&audit::list(&call.principal, &wanted)?)?, "events, the first first"))
    }
}

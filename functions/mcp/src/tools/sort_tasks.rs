use actions::tasks;
use actions::tasks::list::{SortBy, SortOrder};
use domain::{Both, Optional, input};
use serde_json::Value;

use super::{Part, Wanted};
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `sort_tasks`
pub struct SortTasks;

input! {
    /// In which order.
    pub struct Input {
        /// What to order by.
        sort_by: SortBy,
        /// `asc`, when nothing is said (nearest due first, `priority` low to high), or `desc`.
        sort_order: Optional<SortOrder>,
        /// Those to do (`active`, when nothing is said), those done (`completed`), or all (`any`).
        status: Optional<Wanted>,
    }
}

impl Tool for SortTasks {
    const NAME: &'static str = "sort_tasks";
    const TITLE: &'static str = "List tasks in some order";
    const ABOUT: &'static str = "Lists the person's tasks in the order they ask for; it changes nothing. Use it for \"the most important \
        first\" or \"the newest first\". To narrow the list as well, use filter_tasks, which also takes `sort_by`. \
        Example: {\"sort_by\": \"priority\", \"sort_order\": \"desc\"}";
    const DOES: Does = Does::Look;
    type Input = Both<Input, Part>;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<Reply, Trouble> {
        let wanted = tasks::ListTasks {
            sort_by: Optional(Some(input.sort_by)),
            sort_order: input.sort_order,
            status: Wanted::status(&input.status),
            limit: part.limit,
            cursor: part.cursor,
            ..Default::default()
        };
        Ok(Reply::page(read(&tasks::list(&call.principal, &wanted)?)?, "tasks, in that order"))
    }
}

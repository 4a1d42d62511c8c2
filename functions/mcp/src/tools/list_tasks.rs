use actions::tasks;
use actions::tasks::list::SortBy;
use domain::{Both, Optional, input};
use serde_json::Value;

use super::{Part, Wanted};
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

/// `list_tasks`
pub struct ListTasks;

input! {
    /// Which tasks, the nearest due first.
    pub struct Input {
        /// Those to do (`active`, when nothing is said), those done (`completed`), or all (`any`).
        status: Optional<Wanted>,
    }
}

impl Tool for ListTasks {
    const NAME: &'static str = "list_tasks";
    const TITLE: &'static str = "List tasks";
    const ABOUT: &'static str = "Lists the person's tasks, the nearest due first: open ones unless `status` says otherwise. Use it for \
        \"what is on my list?\". For words use search_tasks, for dates, tags, priority or what is overdue filter_tasks, for another \
        order sort_tasks. `total` says how many there are in all. Example: {}";
    const DOES: Does = Does::Look;
    type Input = Both<Input, Part>;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<Reply, Trouble> {
        let wanted = tasks::ListTasks {
            status: Wanted::status(&input.status),
            sort_by: Optional(Some(SortBy::DueDate)),
            limit: part.limit,
            cursor: part.cursor,
            ..Default::default()
        };
        Ok(Reply::page(read(&tasks::list(&call.principal, &wanted)?)?, "tasks, the nearest due first"))
    }
}

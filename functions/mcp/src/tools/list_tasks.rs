use actions::Cursor;
use actions::tasks;
use actions::tasks::list::SortBy;
use domain::{Limit, Optional, input};
use serde_json::Value;

use super::Wanted;
use crate::reply::Reply;
use crate::tool::{Call, Does, Tool, Trouble, read};

/// `list_tasks`
pub struct ListTasks;

input! {
    /// Which tasks, the nearest due first.
    pub struct Input {
        /// Those to do (`active`, when nothing is said), those done (`completed`), or all (`any`).
        status: Optional<Wanted>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same arguments.
        cursor: Optional<Cursor>,
    }
}

impl Tool for ListTasks {
    const NAME: &'static str = "list_tasks";
    const TITLE: &'static str = "List tasks";
    const ABOUT: &'static str = "Lists the person's tasks, the nearest due first: open ones unless `status` says otherwise. Use it for \
        \"what is on my list?\". For words use search_tasks, for dates, tags, priority or what is overdue filter_tasks, for another \
        order sort_tasks. `total` says how many there are in all. Example: {}";
    const DOES: Does = Does::Look;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, input: Input) -> Result<Reply, Trouble> {
        let wanted = tasks::ListTasks {
            status: Wanted::status(&input.status),
            sort_by: Optional(Some(SortBy::DueDate)),
            limit: input.limit,
            cursor: input.cursor,
            ..Default::default()
        };
        Ok(Reply::page(read(&tasks::list(&call.principal, &wanted)?)?, "tasks, the nearest due first"))
    }
}

use actions::Cursor;
use actions::tasks;
use domain::{Limit, Optional, Search, input};
use serde_json::Value;

use super::Wanted;
use crate::reply::Reply;
use crate::tool::{Call, Does, Tool, Trouble, read};

/// `search_tasks`
pub struct SearchTasks;

input! {
    /// What to look for.
    pub struct Input {
        /// Words, or beginnings of words, that the title or the description has: all of them.
        search: Search,
        /// Those to do (`active`), those done (`completed`), or all (`any`, when nothing is said).
        status: Optional<Wanted>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same arguments.
        cursor: Optional<Cursor>,
    }
}

impl Tool for SearchTasks {
    const NAME: &'static str = "search_tasks";
    const TITLE: &'static str = "Search tasks";
    const ABOUT: &'static str = "Finds tasks whose title or description has the given words, the best match first, open and done ones \
        alike. Use it to find a task's id, or to answer \"did I ever …?\". You need not search before you act on a task: \
        `task` takes words as well. For dates, tags or priority use filter_tasks. Example: {\"search\": \"dentist\"}";
    const DOES: Does = Does::Look;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, input: Input) -> Result<Reply, Trouble> {
        let status = Optional(input.status.0.or(Some(Wanted::Any)));
        let wanted = tasks::ListTasks {
            search: Optional(Some(input.search)),
            status: Wanted::status(&status),
            limit: input.limit,
            cursor: input.cursor,
            ..Default::default()
        };
        Ok(Reply::page(read(&tasks::list(&call.principal, &wanted)?)?, "tasks, the best match first"))
    }
}

use actions::Page;
use actions::tasks::list::TaskOrder;
use actions::tasks::{self, TaskQuery};
use domain::{Optional, Search, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

/// `search_tasks`
pub struct SearchTasks;

input! {
    /// The words to search for.
    pub struct Input {
        /// Words or beginnings of words. The title or the description must contain all of them.
        search: Search,
        /// Open tasks (`active`), `completed` tasks, or `any` (the default).
        status: Optional<StatusFilter>,
        ..page: Page,
    }
}

impl Tool for SearchTasks {
    const NAME: &'static str = "search_tasks";
    const TITLE: &'static str = "Search tasks";
    const DESCRIPTION: &'static str = "Finds tasks by words of their title or description, best match first, \
        both open and completed ones. Use it to find the id of a task, or to answer \"did I ever …?\". It is \
        not needed before other tools: their `task` takes words too. For dates, tags or priority use \
        filter_tasks. Example: {\"search\": \"dentist\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let query = TaskQuery {
            status: input.status.0.unwrap_or(StatusFilter::Any).status(),
            order: TaskOrder { search: Optional(Some(input.search)), ..Default::default() },
            page: input.page,
            ..Default::default()
        };
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &query)?)?, "tasks, best match first"))
    }
}

use actions::tasks;
use domain::{Both, Optional, Search, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, PageInput, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

/// `search_tasks`
pub struct SearchTasks;

input! {
    /// What to look for.
    pub struct Input {
        /// Words, or beginnings of words, that the title or the description has: all of them.
        search: Search,
        /// Those to do (`active`), those done (`completed`), or all (`any`, when nothing is said).
        status: Optional<StatusFilter>,
    }
}

impl Tool for SearchTasks {
    const NAME: &'static str = "search_tasks";
    const TITLE: &'static str = "Search tasks";
    const DESCRIPTION: &'static str = "Finds tasks whose title or description has the given words, the best match first, open and done ones \
        alike. Use it to find a task's id, or to answer \"did I ever …?\". You need not search before you act on a task: \
        `task` takes words as well. For dates, tags or priority use filter_tasks. Example: {\"search\": \"dentist\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Both<Input, PageInput>;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<ToolOutput, ToolError> {
        let wanted = tasks::ListTasks {
            search: Optional(Some(input.search)),
            status: input.status.0.unwrap_or(StatusFilter::Any).status(),
            limit: part.limit,
            cursor: part.cursor,
            ..Default::default()
        };
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &wanted)?)?, "tasks, the best match first"))
    }
}

use actions::tasks;
use actions::tasks::list::{SortBy, SortOrder};
use domain::{Both, Optional, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, PageInput, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

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
        status: Optional<StatusFilter>,
    }
}

impl Tool for SortTasks {
    const NAME: &'static str = "sort_tasks";
    const TITLE: &'static str = "List tasks in some order";
    const DESCRIPTION: &'static str = "Lists the person's tasks in the order they ask for; it changes nothing. Use it for \"the most important \
        first\" or \"the newest first\". To narrow the list as well, use filter_tasks, which also takes `sort_by`. \
        Example: {\"sort_by\": \"priority\", \"sort_order\": \"desc\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Both<Input, PageInput>;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<ToolOutput, ToolError> {
        let wanted = tasks::ListTasks {
            sort_by: Optional(Some(input.sort_by)),
            sort_order: input.sort_order,
            status: input.status.0.unwrap_or(StatusFilter::Active).status(),
            limit: part.limit,
            cursor: part.cursor,
            ..Default::default()
        };
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &wanted)?)?, "tasks, in that order"))
    }
}

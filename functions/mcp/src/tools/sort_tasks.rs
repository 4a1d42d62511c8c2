use actions::Page;
use actions::tasks::list::{SortBy, SortOrder, TaskOrder};
use actions::tasks::{self, TaskQuery};
use domain::{Optional, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

/// `sort_tasks`
pub struct SortTasks;

input! {
    /// The order of a list of tasks.
    pub struct Input {
        /// Sort key.
        sort_by: SortBy,
        /// `asc` (the default: nearest due date first, `priority` from low to high) or `desc`.
        sort_order: Optional<SortOrder>,
        /// Open tasks (`active`, the default), `completed` tasks, or `any`.
        status: Optional<StatusFilter>,
        ..page: Page,
    }
}

impl Tool for SortTasks {
    const NAME: &'static str = "sort_tasks";
    const TITLE: &'static str = "List tasks in a given order";
    const DESCRIPTION: &'static str = "Lists the person's tasks in a given order; it changes nothing. Use it \
        for \"the most important first\" or \"the newest first\". To filter the list as well, use \
        filter_tasks, which also takes `sort_by`. Example: {\"sort_by\": \"priority\", \"sort_order\": \
        \"desc\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let query = TaskQuery {
            status: input.status.0.unwrap_or(StatusFilter::Active).status(),
            order: TaskOrder {
                sort_by: Optional(Some(input.sort_by)),
                sort_order: input.sort_order,
                ..Default::default()
            },
            page: input.page,
            ..Default::default()
        };
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &query)?)?, "tasks in this order"))
    }
}

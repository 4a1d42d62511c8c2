use actions::tasks::list::{SortBy, TaskOrder};
use actions::{Page, tasks};
use domain::{Optional, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

/// `list_tasks`
pub struct ListTasks;

input! {
    /// A page of tasks.
    pub struct Input {
        /// Open tasks (`active`, the default), `completed` tasks, or `any`.
        status: Optional<StatusFilter>,
        ..page: Page,
    }
}

impl Tool for ListTasks {
    const NAME: &'static str = "list_tasks";
    const TITLE: &'static str = "List tasks";
    const DESCRIPTION: &'static str = "Lists the person's tasks, nearest due date first: open tasks unless \
        `status` says otherwise. Use it for \"what is on my list?\". To find words use search_tasks; for \
        dates, tags, priority or overdue tasks use filter_tasks; for another order use sort_tasks. `total` \
        counts all matches. Example: {}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let query = tasks::TaskQuery {
            status: input.status.0.unwrap_or(StatusFilter::Active).status(),
            order: TaskOrder { sort_by: Optional(Some(SortBy::DueDate)), ..Default::default() },
            page: input.page,
            ..Default::default()
        };
        Ok(ToolOutput::page(
            parse_json(&tasks::list(&call.caller, &query)?)?,
            "tasks, nearest due date first",
        ))
    }
}

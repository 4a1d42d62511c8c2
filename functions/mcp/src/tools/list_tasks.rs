use actions::tasks;
use actions::tasks::list::SortBy;
use domain::{Both, Optional, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, PageInput, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

/// `list_tasks`
pub struct ListTasks;

input! {
    /// Which tasks, the nearest due first.
    pub struct Input {
        /// Those to do (`active`, when nothing is said), those done (`completed`), or all (`any`).
        status: Optional<StatusFilter>,
    }
}

impl Tool for ListTasks {
    const NAME: &'static str = "list_tasks";
    const TITLE: &'static str = "List tasks";
    const DESCRIPTION: &'static str = "Lists the person's tasks, the nearest due first: open ones unless `status` says otherwise. Use it for \
        \"what is on my list?\". For words use search_tasks, for dates, tags, priority or what is overdue filter_tasks, for another \
        order sort_tasks. `total` says how many there are in all. Example: {}";
    const EFFECT: Effect = Effect::Read;
    type Input = Both<Input, PageInput>;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<ToolOutput, ToolError> {
        let wanted = tasks::ListTasks {
            status: input.status.0.unwrap_or(StatusFilter::Active).status(),
            sort_by: Optional(Some(SortBy::DueDate)),
            limit: part.limit,
            cursor: part.cursor,
            ..Default::default()
        };
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &wanted)?)?, "tasks, the nearest due first"))
    }
}

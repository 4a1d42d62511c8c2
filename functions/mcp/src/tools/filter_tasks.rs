use actions::Page;
use actions::tasks::list::{TaskFilters, TaskOrder};
use actions::tasks::{self, TaskQuery};
use domain::{Flag, Optional, input};
use serde_json::Value;

use crate::toolkit::{Call, Effect, StatusFilter, Tool, ToolError, ToolOutput, parse_json};

/// `filter_tasks`
pub struct FilterTasks;

input! {
    /// Filters and order of a list of tasks.
    pub struct Input {
        /// Open tasks (`active`), `completed` tasks, or `any`. Defaults to `active`, or to `any` together
        /// with `completed_after`, `completed_before`, `deleted` or `missed`.
        status: Optional<StatusFilter>,
        /// `true` lists the trash instead of all other tasks.
        deleted: Optional<Flag>,
        ..filters: TaskFilters,
        /// `true` lists only open tasks past their due date.
        overdue: Optional<Flag>,
        /// `true` lists only missed occurrences of a series.
        missed: Optional<Flag>,
        ..order: TaskOrder,
        ..page: Page,
    }
}

/// Drops `false`: models that send every argument send it for a filter that they do not want.
fn only_true(flag: Optional<Flag>) -> Optional<Flag> {
    Optional(flag.0.filter(|Flag(is_set)| *is_set))
}

impl From<Input> for TaskQuery {
    fn from(input: Input) -> Self {
        let Input { status, deleted, filters, overdue, missed, order, page } = input;
        let (deleted, missed) = (only_true(deleted), only_true(missed));
        let implies_any = filters.completed_after.0.is_some()
            || filters.completed_before.0.is_some()
            || deleted.0.is_some()
            || missed.0.is_some();
        let default = if implies_any { StatusFilter::Any } else { StatusFilter::Active };
        let status = status.0.unwrap_or(default).status();
        Self {
            status,
            deleted,
            filters,
            overdue: only_true(overdue),
            missed,
            order,
            page,
            offset: Optional(None),
        }
    }
}

impl Tool for FilterTasks {
    const NAME: &'static str = "filter_tasks";
    const TITLE: &'static str = "Filter tasks";
    const DESCRIPTION: &'static str = "Lists the tasks that match all given filters: due or completed \
        between times, overdue, priority, tags, words; in any order. Use it for \"high priority work tasks \
        due this week\", \"what is overdue?\", \"what did I finish yesterday?\", or the trash (`deleted`). \
        Bounds are inclusive; a plain date is the whole day. For all open tasks, list_tasks is simpler. \
        Example: {\"priority\": [\"high\"], \"tags\": [\"work\"], \"due_before\": \"2026-04-05\", \
        \"sort_by\": \"due_date\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        tasks::list::schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::page(parse_json(&tasks::list(&call.caller, &input.into())?)?, "matching tasks"))
    }
}

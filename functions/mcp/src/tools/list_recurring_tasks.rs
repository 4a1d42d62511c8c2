use actions::series::{self, SeriesQuery};
use serde_json::Value;

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, parse_json};

/// `list_recurring_tasks`
pub struct ListRecurringTasks;

impl Tool for ListRecurringTasks {
    const NAME: &'static str = "list_recurring_tasks";
    const TITLE: &'static str = "List recurring tasks";
    const DESCRIPTION: &'static str = "Lists the person's series of recurring tasks, newest first, with the \
        next due date of each. Use it for \"what do I do regularly?\" or to find the id of a series. The \
        single tasks of a series are in list_tasks. Example: {\"status\": \"active\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = SeriesQuery;

    fn output() -> Value {
        series::list::schema()
    }

    fn run(call: &Call, query: SeriesQuery) -> Result<ToolOutput, ToolError> {
        Ok(ToolOutput::page(parse_json(&series::list(&call.caller, &query)?)?, "series, newest first"))
    }
}

use actions::series::{self, NewSeries};
use serde_json::Value;

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, parse_json};

/// `create_recurring_task`
pub struct CreateRecurringTask;

impl Tool for CreateRecurringTask {
    const NAME: &'static str = "create_recurring_task";
    const TITLE: &'static str = "Create a recurring task";
    const DESCRIPTION: &'static str = "Creates a series with its first task; completing a task creates the \
        next one. Use it for \"every weekday at 9:30\" or \"on the last day of each month\". Set `anchor` to \
        `completion` if the interval starts when the last task is completed (\"ten days after I watered the \
        plants\"). For a task that happens once, use add_task. Example: {\"title\": \"Stand-up\", \
        \"frequency\": \"weekly\", \"by_weekday\": [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"], \
        \"start_date\": \"2026-04-07T09:30:00+02:00\"}";
    const EFFECT: Effect = Effect::Create;
    type Input = NewSeries;

    fn output() -> Value {
        series::schema()
    }

    fn run(call: &Call, new: NewSeries) -> Result<ToolOutput, ToolError> {
        let created = series::create(&call.caller, &call.clock, &new)?;
        Ok(ToolOutput::item(parse_json(&created.json)?, "Created the series"))
    }
}

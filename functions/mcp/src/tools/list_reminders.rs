use actions::tasks::resolve::SearchOptions;
use actions::{Page, reminders};
use domain::{Optional, Reference, input};
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, parse_json};

/// `list_reminders`
pub struct ListReminders;

input! {
    /// The task whose reminders to list, or a page of all upcoming ones.
    pub struct Input {
        /// Lists all reminders of this task on one page, also those that were sent: its id, or words of its
        /// title such as "buy milk".
        task: Optional<Reference>,
        ..page: Page,
    }
}

impl Tool for ListReminders {
    const NAME: &'static str = "list_reminders";
    const TITLE: &'static str = "List reminders";
    const DESCRIPTION: &'static str = "Lists the upcoming reminders, soonest first, or all reminders of one \
        task. Use it for \"what will you remind me of?\" and to find the id of a reminder. Reminders that \
        were sent are in list_notifications. Example: {\"task\": \"dentist\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Input;

    fn output() -> Value {
        reminders::list::page_schema()
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let Some(task) = &input.task.0 else {
            let page = parse_json(&reminders::upcoming(&call.caller, &input.page)?)?;
            let titles = call.titles(&page["items"])?;
            return Ok(ToolOutput::page_with_titles(page, "upcoming reminders, soonest first", titles));
        };
        let task = call.task_id(task, SearchOptions::default())?;
        let mut page = parse_json(&reminders::of_task(&call.caller, task)?)?;
        page["next_cursor"] = json!(null);
        let titles = call.titles(&page["items"])?;
        Ok(ToolOutput::page_with_titles(page, "reminders of the task", titles))
    }
}

use actions::reminders;
use actions::tasks::find::Where;
use domain::{Both, Optional, Reference, input};
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, PageInput, Tool, ToolError, ToolOutput, parse_json};

/// `list_reminders`
pub struct ListReminders;

input! {
    /// Which reminders.
    pub struct Input {
        /// All reminders of this task, on one page, also those that came: its id, or words of its title such as "buy milk".
        task: Optional<Reference>,
    }
}

impl Tool for ListReminders {
    const NAME: &'static str = "list_reminders";
    const TITLE: &'static str = "List reminders";
    const DESCRIPTION: &'static str = "Lists the reminders that are to come, the nearest first, or all reminders of one task. Use it for \"what will \
        you remind me of?\" and to find a reminder's id. What reminders said already is in list_notifications. \
        Example: {\"task\": \"dentist\"}";
    const EFFECT: Effect = Effect::Read;
    type Input = Both<Input, PageInput>;

    fn output() -> Value {
        reminders::list::page_schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<ToolOutput, ToolError> {
        let Some(reference) = &input.task.0 else {
            let wanted = reminders::ListReminders { limit: part.limit, cursor: part.cursor };
            let page = parse_json(&reminders::upcoming(&call.caller, &wanted)?)?;
            let titles = call.titles(&page["items"])?;
            return Ok(ToolOutput::reminders(page, "reminders to come, the nearest first", titles));
        };
        let task = call.task_id(reference, Where::default())?;
        let mut page = parse_json(&reminders::of_task(&call.caller, task)?)?;
        page["next_cursor"] = json!(null);
        let titles = call.titles(&page["items"])?;
        Ok(ToolOutput::reminders(page, "reminders of the task", titles))
    }
}

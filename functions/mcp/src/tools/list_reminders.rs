use actions::reminders;
use actions::tasks::find::Where;
use domain::{Both, Optional, Reference, input};
use serde_json::{Value, json};

use super::Part;
use crate::call::{Call, read};
use crate::refused::Trouble;
use crate::reply::Reply;
use crate::tool::{Does, Tool};

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
    const ABOUT: &'static str = "Lists the reminders that are to come, the nearest first, or all reminders of one task. Use it for \"what will \
        you remind me of?\" and to find a reminder's id. What reminders said already is in list_notifications. \
        Example: {\"task\": \"dentist\"}";
    const DOES: Does = Does::Look;
    type Input = Both<Input, Part>;

    fn output() -> Value {
        reminders::list::page_schema()
    }

    fn run(call: &Call, Both(input, part): Self::Input) -> Result<Reply, Trouble> {
        let Some(naming) = &input.task.0 else {
            let wanted = reminders::ListReminders { limit: part.limit, cursor: part.cursor };
            let page = read(&reminders::upcoming(&call.principal, &wanted)?)?;
            let titles = call.titles(&page["items"])?;
            return Ok(Reply::reminders(page, "reminders to come, the nearest first", &titles));
        };
        let task = call.task_id(naming, Where::default())?;
        let mut page = read(&reminders::of_task(&call.principal, task)?)?;
        page["next_cursor"] = json!(null);
        let titles = call.titles(&page["items"])?;
        Ok(Reply::reminders(page, "reminders of the task", &titles))
    }
}

use actions::tasks::{self, NewTask};
use serde_json::Value;

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, parse_json};

/// `add_task`
pub struct AddTask;

impl Tool for AddTask {
    const NAME: &'static str = "add_task";
    const TITLE: &'static str = "Add a task";
    const DESCRIPTION: &'static str = "Adds a task to the person's to-do list and returns it with its id. \
        Use it for anything to do or to remember once, with one call for each task. For something that \
        repeats (\"every Monday\") set `recurrence`, or use create_recurring_task. To change an existing \
        task, use update_task. A due date is a time with an offset or a plain date. Example: {\"title\": \
        \"Call mom\", \"due_date\": \"2026-04-02T17:00:00+02:00\", \"priority\": \"high\", \"tags\": \
        [\"family\"], \"reminders\": [{\"before\": \"1h\"}]}";
    const EFFECT: Effect = Effect::Create;
    type Input = NewTask;

    fn output() -> Value {
        tasks::schema()
    }

    fn run(call: &Call, task: NewTask) -> Result<ToolOutput, ToolError> {
        let added = tasks::create(&call.caller, &call.clock, &task)?;
        Ok(ToolOutput::item(parse_json(&added.json)?, "Added"))
    }
}

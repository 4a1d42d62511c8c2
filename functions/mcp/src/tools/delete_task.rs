use actions::resolution::Hit;
use actions::tasks::resolve::SearchOptions;
use actions::tasks::{self, Target};
use domain::input;
use serde_json::{Value, json};
use store::Refusal;

use crate::toolkit::{
    Call, Consent, Effect, TaskInput, Tool, ToolError, ToolOutput, id_of, line, parse_json,
};

/// `delete_task`
pub struct DeleteTask;

input! {
    /// The task to delete, and the person's consent.
    pub struct Input {
        ..task: TaskInput,
        ..consent: Consent,
    }
}

impl Tool for DeleteTask {
    const NAME: &'static str = "delete_task";
    const TITLE: &'static str = "Delete a task";
    const DESCRIPTION: &'static str = "Moves a task to the trash, where it stays for 30 days. Without \
        `confirm` it only returns the task that would be deleted: show it to the person, and call again with \
        its id and `confirm: true` when they agree. If the task was done, use complete_task. To end a \
        series, use stop_recurring_task: deleting one occurrence creates the next one. Example: {\"task\": \
        \"buy milk\"}, and after they agreed {\"task\": \"0190163d-8694-739b-aea5-966c26f8ad91\", \
        \"confirm\": true}";
    const EFFECT: Effect = Effect::Destroy;
    type Input = Input;

    fn output() -> Value {
        json!({
            "type": "object",
            "description": "The task, and the outcome",
            "properties": {
                "deleted": { "type": "boolean", "description": "True if the task is in the trash" },
                "needs_confirmation": {
                    "type": "boolean",
                    "description": "True if nothing was done yet, because the person has to agree first",
                },
                "task": tasks::schema(),
            },
            "required": ["deleted", "needs_confirmation", "task"],
            "additionalProperties": false,
        })
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let is_confirmed = input.consent.is_given();
        let delete = |id| tasks::delete(&call.caller, &Target { id, expected: None });
        let (deleted, text, task) = if let (Some(id), true) = (call.replayed, is_confirmed) {
            (true, "Moved to the trash for 30 days", parse_json(&delete(id)?)?)
        } else {
            let Hit { item: task, is_exact, .. } = call.resolve_task(
                &input.task.task,
                SearchOptions { in_trash: true, ..SearchOptions::default() },
            )?;
            match (task["deleted_at"].is_null(), is_confirmed) {
                (false, _) => (true, "Already in the trash", task),
                // Words can match another task than the one that the person agreed to delete.
                (true, true) if is_exact => match delete(id_of(&task)?) {
                    Ok(deleted) => (true, "Moved to the trash for 30 days", parse_json(&deleted)?),
                    // Deleted by another request after this one found it.
                    Err(Refusal::NotFound) => (true, "Already in the trash", task),
                    Err(refusal) => return Err(refusal.into()),
                },
                (true, true) => (false, "Nothing was done yet. To confirm, name the task by its id", task),
                (true, false) => (
                    false,
                    "Nothing was done yet. To move this task to the trash for 30 days, ask the person, then call \
                     again with its id and `confirm: true`",
                    task,
                ),
            }
        };
        let data = json!({ "deleted": deleted, "needs_confirmation": !deleted, "task": task });
        Ok(ToolOutput::new(data, move |data| format!("{text}: {}", line(&data["task"]))))
    }
}

use actions::naming::Hit;
use actions::tasks::find::Where;
use actions::tasks::{self, Named};
use domain::{Both, Flag, Optional, input};
use serde_json::{Value, json};
use store::Refusal;

use crate::toolkit::{Call, Effect, TaskInput, Tool, ToolError, ToolOutput, id_of, line, parse_json};

/// `delete_task`
pub struct DeleteTask;

input! {
    /// Whether the person agreed.
    pub struct Confirm {
        /// `true` only when the person agreed to it. Without it nothing changes, and you hear what would happen.
        confirm: Optional<Flag>,
    }
}

impl Tool for DeleteTask {
    const NAME: &'static str = "delete_task";
    const TITLE: &'static str = "Delete a task";
    const DESCRIPTION: &'static str = "Moves a task to the trash, where it stays for 30 days. Without `confirm` it only says which task that would \
        be: show it to the person, and call again with its id and `confirm: true` when they agree. Do not use it for what \
        was done: that is complete_task. To end a series, use stop_recurring_task: deleting one occurrence makes the next one. \
        Example: {\"task\": \"buy milk\"}, and after they agreed {\"task\": \"0190163d-8694-739b-aea5-966c26f8ad91\", \"confirm\": true}";
    const EFFECT: Effect = Effect::Destroy;
    type Input = Both<TaskInput, Confirm>;

    fn output() -> Value {
        json!({
            "type": "object",
            "description": "Whether the task is in the trash now",
            "properties": {
                "deleted": { "type": "boolean", "description": "Whether it is in the trash" },
                "needs_confirmation": { "type": "boolean", "description": "Whether nothing was done, as the person has to agree first" },
                "task": tasks::schema(),
            },
            "required": ["deleted", "needs_confirmation", "task"],
            "additionalProperties": false,
        })
    }

    fn run(call: &Call, Both(which, confirm): Self::Input) -> Result<ToolOutput, ToolError> {
        let confirmed = matches!(confirm.confirm.0, Some(Flag(true)));
        let delete = |id| tasks::delete(&call.caller, &Named { id, expected: None });
        let (deleted, text, task) = if let (Some(id), true) = (call.replayed, confirmed) {
            (true, "Moved to the trash, for 30 days", parse_json(&delete(id)?)?)
        } else {
            let Hit { shown: task, is_exact, .. } =
                call.find_task(&which.task, Where { in_trash: true, ..Where::default() })?;
            match (task["deleted_at"].is_null(), confirmed) {
                (false, _) => (true, "It is in the trash already", task),
                // What only has the words may be another task than the person was asked about.
                (true, true) if is_exact => match delete(id_of(&task)?) {
                    Ok(deleted) => (true, "Moved to the trash, for 30 days", parse_json(&deleted)?),
                    // Somebody else threw it away meanwhile.
                    Err(Refusal::NotFound) => (true, "It is in the trash already", task),
                    Err(refusal) => return Err(refusal.into()),
                },
                (true, true) => (false, "Nothing was done yet: to confirm, name the task by its id", task),
                (true, false) => (
                    false,
                    "Nothing was done yet. With its id and `confirm: true` this task is moved to the trash, for 30 days; ask the person first",
                    task,
                ),
            }
        };
        let data = json!({ "deleted": deleted, "needs_confirmation": !deleted, "task": task });
        Ok(ToolOutput::new(data, move |data| format!("{text}: {}", line(&data["task"]))))
    }
}

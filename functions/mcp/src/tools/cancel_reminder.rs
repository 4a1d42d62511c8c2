use actions::reminders;
use domain::{ItemId, input};
use serde_json::{Value, json};

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, line, parse_json};

/// `cancel_reminder`
pub struct CancelReminder;

input! {
    /// The reminder to cancel.
    pub struct Input {
        /// Id of the reminder, from list_reminders.
        reminder: ItemId,
    }
}

impl Tool for CancelReminder {
    const NAME: &'static str = "cancel_reminder";
    const TITLE: &'static str = "Cancel a reminder";
    const DESCRIPTION: &'static str = "Deletes a reminder before it is sent. The task stays as it is. Get \
        the id from list_reminders. Example: {\"reminder\": \"0190163d-8694-739b-aea5-966c26f8ad91\"}";
    const EFFECT: Effect = Effect::Destroy;
    type Input = Input;

    fn output() -> Value {
        json!({
            "type": "object",
            "description": "The cancelled reminder",
            "properties": { "cancelled": { "const": true }, "reminder": reminders::schema() },
            "required": ["cancelled", "reminder"],
            "additionalProperties": false,
        })
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let reminder = parse_json(&reminders::delete(&call.caller, input.reminder)?)?;
        let data = json!({ "cancelled": true, "reminder": reminder });
        Ok(ToolOutput::new(data, |data| format!("Cancelled the reminder: {}", line(&data["reminder"]))))
    }
}

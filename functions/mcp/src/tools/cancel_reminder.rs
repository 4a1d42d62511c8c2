use actions::reminders;
use domain::{ItemId, input};
use serde_json::{Value, json};
use store::statement;

use crate::toolkit::{Call, Consent, Effect, Tool, ToolError, ToolOutput, line, parse_json};

/// `cancel_reminder`
pub struct CancelReminder;

input! {
    /// The reminder to cancel, and the person's consent.
    pub struct Input {
        /// Id of the reminder, from list_reminders.
        reminder: ItemId,
        ..consent: Consent,
    }
}

impl Tool for CancelReminder {
    const NAME: &'static str = "cancel_reminder";
    const TITLE: &'static str = "Cancel a reminder";
    const DESCRIPTION: &'static str = "Deletes a reminder for good. The task stays as it is. Without \
        `confirm` it only returns the reminder that would be deleted: show it to the person, and call again \
        with `confirm: true` when they agree. Get the id from list_reminders. Example: {\"reminder\": \
        \"0190163d-8694-739b-aea5-966c26f8ad91\"}, and after they agreed {\"reminder\": \
        \"0190163d-8694-739b-aea5-966c26f8ad91\", \"confirm\": true}";
    const EFFECT: Effect = Effect::Destroy;
    type Input = Input;

    fn output() -> Value {
        json!({
            "type": "object",
            "description": "The reminder, and the outcome",
            "properties": {
                "cancelled": { "type": "boolean", "description": "True if the reminder is deleted" },
                "needs_confirmation": {
                    "type": "boolean",
                    "description": "True if nothing was done yet, because the person has to agree first",
                },
                "reminder": reminders::schema(),
            },
            "required": ["cancelled", "needs_confirmation", "reminder"],
            "additionalProperties": false,
        })
    }

    fn run(call: &Call, input: Input) -> Result<ToolOutput, ToolError> {
        let cancelled = input.consent.is_given();
        let (text, reminder) = if cancelled {
            let reminder = parse_json(&reminders::delete(&call.caller, input.reminder)?)?;
            ("Cancelled the reminder".to_owned(), reminder)
        } else {
            let id = json!({ "id": input.reminder });
            let mut found = parse_json(&call.caller.one(statement!("find_reminder.sql"), &id)?)?;
            let text = format!(
                "Nothing was done yet. To cancel this reminder of {}, ask the person, then call again with \
                 `confirm: true`",
                found["title"]
            );
            (text, found["reminder"].take())
        };
        let data = json!({ "cancelled": cancelled, "needs_confirmation": !cancelled, "reminder": reminder });
        Ok(ToolOutput::new(data, move |data| format!("{text}: {}", line(&data["reminder"]))))
    }
}

use actions::notifications;
use serde_json::Value;

use crate::toolkit::{Call, Effect, Tool, ToolError, ToolOutput, parse_json};

/// `list_notifications`
pub struct ListNotifications;

impl Tool for ListNotifications {
    const NAME: &'static str = "list_notifications";
    const TITLE: &'static str = "List notifications";
    const DESCRIPTION: &'static str = "Lists the notifications in the person's inbox, newest first: \
        reminders that were sent, and e-mails that failed. Use it for \"what did I miss?\". Upcoming \
        reminders are in list_reminders. Example: {\"unread\": true}";
    const EFFECT: Effect = Effect::Read;
    type Input = notifications::NotificationQuery;

    fn output() -> Value {
        notifications::list::schema()
    }

    fn run(call: &Call, query: Self::Input) -> Result<ToolOutput, ToolError> {
        let page = parse_json(&notifications::list(&call.caller, &query)?)?;
        Ok(ToolOutput::page(page, "notifications, newest first"))
    }
}

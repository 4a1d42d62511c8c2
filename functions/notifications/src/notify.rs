//! `POST /internal/notifications/events`, called by Dapr with reminder events

use domain::TaskId;
use events::Wanted;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::to_raw_value;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

/// Members of a reminder event that are needed here.
#[derive(Deserialize)]
struct ReminderEvent {
    after: Reminder,
}

#[derive(Deserialize)]
struct Reminder {
    id: TaskId,
    /// Time of the reminder when the event was written. It may have been snoozed since.
    #[serde(rename = "remind_at")]
    at: String,
}

/// Creates notifications for due reminders, and schedules their e-mails.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let answer = events::consume(request, "notifications", statement!("notify.sql"), |event| {
        if event.kind.name != "reminder.due" {
            return Ok(Wanted::Ignored);
        }
        let ReminderEvent { after: Reminder { id, at } } = match event.tells() {
            Ok(tells) => tells,
            Err(reason) => return Ok(Wanted::Wrong(reason)),
        };
        if !matches!(domain::Field::parse(&json!(at)), Ok(domain::DueDate::At(_))) {
            return Ok(Wanted::Wrong("wrong schema: remind_at is not a time".to_owned()));
        }
        to_raw_value(&json!({ "reminder": id, "remind_at": at }))
            .map(Wanted::Taken)
            .map_err(|error| Refusal::fault(format!("a reminder cannot be serialized: {error}")))
    })?;
    crate::mails::are_waited_for(request);
    Ok(answer)
}

//! `POST /internal/notifications/events`, called by Dapr with reminder events

use domain::ItemId;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::to_raw_value;
use store::{Fault, Refusal, statement};
use web::{Decision, Problem, Request, Response};

/// Members of a reminder event that are needed here.
#[derive(Deserialize)]
struct ReminderEvent {
    after: Reminder,
}

#[derive(Deserialize)]
struct Reminder {
    id: ItemId,
    /// Time of the reminder when the event was written. It may have been snoozed since.
    #[serde(rename = "remind_at")]
    at: String,
}

/// Creates notifications for due reminders, and schedules their e-mails.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let response = web::consume(request, "notifications", statement!("notify.sql"), &|event| {
        if event.kind.name != "reminder.due" {
            return Ok(Decision::Ignore);
        }
        let ReminderEvent { after: Reminder { id, at } } = match event.parse_data() {
            Ok(data) => data,
            Err(error) => return Ok(Decision::Reject(error.to_string())),
        };
        if !matches!(domain::Field::parse(&json!(at)), Ok(domain::TimeOrDay::At(_))) {
            return Ok(Decision::Reject("wrong schema: remind_at is not a time".to_owned()));
        }
        to_raw_value(&json!({ "reminder": id, "remind_at": at }))
            .map(Decision::Take)
            .map_err(|error| Refusal::Fault(Fault::caused_by("a reminder cannot be serialized", error)))
    })?;
    Ok(response.then(|request| Box::pin(crate::mails::send(request))))
}

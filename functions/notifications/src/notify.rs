//! `POST /internal/notifications/events`, from the subscription

use domain::TaskId;
use events::Wanted;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::to_raw_value;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

/// What an event tells of the reminder that is due.
#[derive(Deserialize)]
struct Tells {
    after: Reminder,
}

#[derive(Deserialize)]
struct Reminder {
    id: TaskId,
    /// When it was to come. It may have been put off since.
    #[serde(rename = "remind_at")]
    at: String,
}

/// Tells people what they wanted to be reminded of: in TaskFlow at once, by e-mail soon.
pub fn run(request: &Request) -> Result<Response, Problem> {
    let answer = events::consume(request, "notifications", statement!("notify.sql"), |event| {
        if event.kind.name != "reminder.due" {
            return Ok(Wanted::Ignored);
        }
        let Tells { after: Reminder { id, at } } = match event.tells() {
            Ok(tells) => tells,
            Err(reason) => return Ok(Wanted::Wrong(reason)),
        };
        if !matches!(domain::Field::parse(&json!(at)), Ok(domain::DueDate::At(_))) {
            return Ok(Wanted::Wrong("wrong schema: remind_at is no time".to_owned()));
        }
        to_raw_value(&json!({ "reminder": id, "remind_at": at }))
            .map(Wanted::Taken)
            .map_err(|error| Refusal::fault(format!("a reminder cannot be written: {error}")))
    })?;
    crate::mails::are_waited_for(request);
    Ok(answer)
}

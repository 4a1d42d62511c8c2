//! `GET /api/audit` and `GET /api/audit/tasks/{id}`

use actions::{Page, audit};
use domain::{Errors, Field, ItemId, Optional, TimeOrDay, UserId, input};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Reason, Refusal};
use web::{Problem, Request, Response};

/// Type of an event.
#[derive(Debug, Serialize)]
pub struct EventType(&'static str);

impl Field for EventType {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let found = events::KINDS.iter().find(|kind| value == kind.name);
        found
            .map(|kind| Self(kind.name))
            .ok_or_else(|| domain::wrong("must be an event type, such as task.created"))
    }

    fn schema() -> Value {
        json!({ "type": "string", "enum": events::KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>() })
    }
}

input! {
    /// Filters of audit events. The oldest event comes first.
    pub struct QueryParameters {
        /// Only events of this type.
        event_type: Optional<EventType>,
        /// Only events at or after this time, or from the start of this day.
        from: Optional<TimeOrDay>,
        /// Only events at or before this time, or until the end of this day.
        to: Optional<TimeOrDay>,
        /// Only events of this user. Administrators can name any user, and see the events of all users by
        /// default.
        user_id: Optional<UserId>,
        ..page: Page,
    }
}

pub fn all(request: &Request) -> Result<Response, Problem> {
    list(request, None)
}

pub fn of_task(request: &Request) -> Result<Response, Problem> {
    list(request, Some(request.parameter("id")?))
}

fn list(request: &Request, task: Option<ItemId>) -> Result<Response, Problem> {
    let QueryParameters { event_type, from, to, user_id, page } = request.query()?;
    let event_type = event_type.0.map(|event_type| event_type.0);
    let query = audit::AuditQuery { task, event_type, from: from.0, to: to.0, user: user_id.0, page };
    let page = audit::list(&request.caller()?, &query).map_err(|refusal| match refusal {
        Refusal::Rejected(Reason::NotAnAdmin) => {
            Problem::forbidden("Only administrators can see the events of other users.")
                .with_incident("access.denied", "another's trail")
        }
        other => Problem::of_query(other),
    })?;
    Ok(Response::json(200, page))
}

/// Returns the JSON schema of a list of events.
pub fn schema() -> Value {
    audit::list::schema(EventType::schema())
}

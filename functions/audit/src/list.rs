//! `GET /api/audit` and `GET /api/audit/tasks/{id}`

use actions::{Cursor, audit};
use domain::{DueDate as Bound, Errors, Field, Limit, Optional, TaskId, UserId, input};
use serde::Serialize;
use serde_json::{Value, json};
use store::Refusal;
use web::{Problem, Request, Response};

/// The name of a type of event.
#[derive(Debug, Serialize)]
pub struct EventType(&'static str);

impl Field for EventType {
    fn parse(value: &Value) -> Result<Self, Errors> {
        let known = events::KINDS.iter().find(|kind| value == kind.name);
        known.map(|kind| Self(kind.name)).ok_or_else(|| domain::wrong("must be a type of event, such as task.created"))
    }

    fn schema() -> Value {
        json!({ "type": "string", "enum": events::KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>() })
    }
}

input! {
    /// Which events, in the order in which they happened.
    pub struct ListEvents {
        /// Only those of this type.
        event_type: Optional<EventType>,
        /// Only what happened then or later: a time, or the day that it begins with.
        from: Optional<Bound>,
        /// Only what happened then or earlier: a time, or the day that it ends with.
        to: Optional<Bound>,
        /// Only what is this user's. Others than oneself are for administrators, who see everybody's when nothing is said.
        user_id: Optional<UserId>,
        /// How many at the most: 1 to 200, 50 when nothing is said.
        limit: Optional<Limit>,
        /// Go on behind an earlier page: the `next_cursor` that came with it, and the same filters.
        cursor: Optional<Cursor>,
    }
}

pub fn all(request: &Request) -> Result<Response, Problem> {
    list(request, None)
}

pub fn of_task(request: &Request) -> Result<Response, Problem> {
    list(request, Some(request.parameter("id")?))
}

fn list(request: &Request, task: Option<TaskId>) -> Result<Response, Problem> {
    let ListEvents { event_type, from, to, user_id, limit, cursor } = request.query()?;
    let event_type = event_type.0.map(|event_type| event_type.0);
    let wanted = audit::Wanted { task, event_type, from: from.0, to: to.0, user: user_id.0, limit, cursor };
    let page = audit::list(&request.caller()?, &wanted).map_err(|problem| match problem {
        actions::Problem::Refused(Refusal::Said(word)) if word == "not_an_admin" => {
            Problem::forbidden("Only administrators see what others did.")
                .noteworthy("access.denied", "another's trail")
        }
        other => Problem::of_query(other),
    })?;
    Ok(Response::json(200, page))
}

/// The JSON schema of a list of events.
pub fn schema() -> Value {
    audit::list::schema(EventType::schema())
}

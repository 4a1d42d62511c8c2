//! `GET /api/audit` and `GET /api/audit/tasks/{id}`

use actions::Cursor;
use domain::{DueDate as Bound, Errors, Field, Limit, Optional, TaskId, UserId, input};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Refusal, statement};
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
    let wanted = request.query::<ListEvents>()?;
    let mut input = json!({
        "task_id": task, "event_type": wanted.event_type, "from": wanted.from.0, "to": wanted.to.0, "user_id": wanted.user_id,
    });
    let fingerprint = format!("{:016x}", store::checksum(&input.to_string()));
    if let Some(cursor) = &wanted.cursor.0 {
        input["after"] = cursor.in_time(&fingerprint).map_err(Problem::invalid_query)?.clone();
    }
    input["limit"] = json!(wanted.limit.0.as_ref().map_or(50, |limit| limit.0));
    let rows = store::run(statement!("list.sql"), &request.caller()?, &input).map_err(|refusal| match refusal {
        Refusal::Said(word) if word == "not_an_admin" => Problem::forbidden("Only administrators see what others did.")
            .noteworthy("access.denied", "another's trail"),
        other => other.into(),
    })?;
    Ok(Response::json(200, Cursor::page(rows, &fingerprint)?))
}

/// The JSON schema of a list of events.
pub fn schema() -> Value {
    let event = json!({
        "type": "object",
        "description": "Something that happened",
        "properties": {
            "event_type": EventType::schema(),
            "data": { "type": "object", "description": "Who did it, when, and what was before and after" },
        },
        "required": ["event_type", "data"],
        "additionalProperties": false,
    });
    Cursor::page_of("What happened, the first first, and where to go on", event)
}

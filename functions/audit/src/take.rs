//! `POST /internal/audit/events`, from the subscriptions

use serde_json::json;
use serde_json::value::RawValue;
use store::{Refusal, statement};
use web::{Problem, Request, Response};

/// Takes an event into the trail.
pub fn run(request: &Request) -> Result<Response, Problem> {
    events::consume(request, "audit", |event, principal| {
        // The whole of `data`, with members of later releases too.
        #[derive(serde::Deserialize)]
        struct Whole<'a> {
            #[serde(borrow)]
            data: &'a RawValue,
        }
        let whole: Whole =
            serde_json::from_slice(request.bytes()).map_err(|error| Refusal::fault(error.to_string()))?;
        let input = json!({ "type": event.kind, "task_id": event.data.task_id, "data": whole.data });
        store::run(statement!("take.sql"), principal, &input).map(drop)
    })
}

//! `POST /internal/audit/dead-letters/{consumer}`, from the subscriptions to all dead letters

use serde_json::{Value, json};
use store::statement;
use web::{Problem, Request, Response};

/// Keeps a dead letter, so that it can be looked at and sent again. It is taken whatever it is.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let event = match serde_json::from_slice::<Value>(request.bytes()) {
        Ok(event) => event,
        Err(_) => json!({ "text": String::from_utf8_lossy(request.bytes()) }),
    };
    // What Postgres cannot store in JSON is no reason to lose the rest.
    let event = serde_json::from_str::<Value>(&event.to_string().replace("\\u0000", "\\ufffd")).unwrap_or(event);
    let input = json!({ "event": event, "consumer": request.parameter::<String>("consumer")? });
    store::run(statement!("letters.sql"), &request.service("audit", None), &input)?;
    Ok(Response::json(200, json!({ "status": "SUCCESS" }).to_string()))
}

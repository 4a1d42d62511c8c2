//! `POST /internal/audit/dead-letters/{consumer}`, called by Dapr with dead letters

use domain::UserId;
use serde_json::{Value, json};
use store::statement;
use web::{Problem, Request, Response};

/// Stores a dead letter, so that operators can read it and send it again. Any content is accepted.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let event = match serde_json::from_slice::<Value>(request.bytes()) {
        Ok(event) => event,
        Err(_) => json!({ "text": String::from_utf8_lossy(request.bytes()) }),
    };
    // Postgres cannot store NUL in JSON; replace it rather than lose the event.
    let event =
        serde_json::from_str::<Value>(&event.to_string().replace("\\u0000", "\\ufffd")).unwrap_or(event);
    let user = event["data"]["user_id"].as_str().and_then(|id| id.parse::<UserId>().ok());
    let input = json!({ "event": event, "user": user, "consumer": request.parameter::<String>("consumer")? });
    request.service("audit", None).rows(statement!("store_dead_letter.sql"), &input)?;
    Ok(Response::json(200, json!({ "status": "SUCCESS" }).to_string()))
}

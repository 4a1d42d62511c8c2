//! `POST /internal/outbox-relay`, called by a cron binding

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

/// Takes over shards with waiting events and no publisher. Publishing starts after the response.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let shards = request.service("outbox-relay", None).rows(statement!("take_over.sql"), &json!({}))?;
    Ok(Response::json(200, json!({ "shards": shards.len() }).to_string()))
}

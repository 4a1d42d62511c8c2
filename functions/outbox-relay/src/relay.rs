//! `POST /internal/outbox-relay`, from a cron binding

use serde_json::json;
use store::statement;
use web::{Problem, Request, Response};

/// Takes over the shards in which events wait and nobody publishes. What is published is published after the answer.
pub fn run(request: &Request) -> Result<Response, Problem> {
    request.must_come_from_dapr()?;
    let shards = store::run(statement!("take_over.sql"), &request.service("outbox-relay", None), &json!({}))?;
    Ok(Response::json(200, json!({ "shards": shards.len() }).to_string()))
}

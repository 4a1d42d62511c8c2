//! `GET /api/openapi.json`: the OpenAPI document.

use serde_json::{Value, json};
use web::{Problem, Request, Response};

/// OpenAPI document, generated from the routes of all functions by a test that fails if it is out of date.
pub const DOCUMENT: &str = include_str!("../openapi.json");

pub fn run(_: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, DOCUMENT.to_owned()).with("cache-control", "public, max-age=60"))
}

/// Returns a JSON schema of the document that only lists its required members.
pub fn schema() -> Value {
    json!({ "type": "object", "required": ["openapi", "info", "paths"] })
}

//! `GET /api/openapi.json`

use serde_json::{Value, json};
use web::{Problem, Request, Response};

/// Made from the routes of all functions; a test fails where it is out of date.
pub const DOCUMENT: &str = include_str!("../openapi.json");

pub fn run(_: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, DOCUMENT.to_owned()).with("cache-control", "public, max-age=60"))
}

/// The JSON schema of the document, as far as it matters here.
pub fn schema() -> Value {
    json!({ "type": "object", "required": ["openapi", "info", "paths"] })
}

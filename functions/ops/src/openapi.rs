//! `GET /api/openapi.json`: the OpenAPI document.

use serde_json::{Value, json};
use web::{Compressed, Problem, Request, Response};

/// OpenAPI document, generated from the routes of all functions by a test that fails if it is out of date.
const DOCUMENT: Compressed = Compressed {
    plain: include_bytes!("../openapi.json"),
    gzip: include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz")),
};

pub fn run(request: &Request) -> Result<Response, Problem> {
    Ok(Response::compressed(request, "application/json", &DOCUMENT)
        .with("cache-control", "public, max-age=60"))
}

/// Returns a JSON schema of the document that only lists its required members.
pub fn schema() -> Value {
    json!({ "type": "object", "required": ["openapi", "info", "paths"] })
}

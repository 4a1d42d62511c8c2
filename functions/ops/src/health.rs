//! `GET /live`, `GET /ready`, `GET /health`

use serde_json::{Value, json};
use store::{RELEASE, Refusal, statement};
use web::{Problem, Request, Response};

/// The process runs, whatever is the matter outside of it.
pub fn live(_: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, json!({ "status": "up" }).to_string()))
}

/// Requests can be answered: Postgres is there and has the statements of this release.
pub fn ready(request: &Request) -> Result<Response, Problem> {
    let (status, body) = look(request);
    Ok(Response::json(status, body.to_string()))
}

/// All of it, with versions.
pub fn health(request: &Request) -> Result<Response, Problem> {
    let (status, mut body) = look(request);
    body["version"] = env!("CARGO_PKG_VERSION").into();
    body["release"] = RELEASE.into();
    Ok(Response::json(status, body.to_string()))
}

fn look(request: &Request) -> (u16, Value) {
    let answer = store::one(statement!("ready.sql"), &request.anybody(), &json!({ "release": RELEASE }));
    let (postgres, statements) = match answer.as_deref() {
        Ok("true") => ("up", "installed"),
        Ok(_) | Err(Refusal::NotInstalled) => ("up", "missing: run `cargo dev migrate up`"),
        Err(_) => ("down", "unknown"),
    };
    let ready = statements == "installed";
    let body = json!({
        "status": if ready { "ready" } else { "not ready" },
        "dependencies": { "postgres": postgres, "statements": statements },
    });
    (if ready { 200 } else { 503 }, body)
}

/// The JSON schema of what `/live` answers.
pub fn live_schema() -> Value {
    json!({ "type": "object", "properties": { "status": { "const": "up" } }, "required": ["status"] })
}

/// The JSON schema of what `/ready` and `/health` answer.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Whether requests can be answered, and the state of each thing that this needs",
        "properties": {
            "status": { "enum": ["ready", "not ready"] },
            "dependencies": {
                "type": "object",
                "properties": { "postgres": { "enum": ["up", "down"] }, "statements": { "type": "string" } },
                "required": ["postgres", "statements"],
            },
            "version": { "type": "string" },
            "release": { "type": ["string", "null"] },
        },
        "required": ["status", "dependencies"],
    })
}

//! `GET /live`, `GET /ready`, `GET /health`

use serde_json::{Value, json};
use store::{RELEASE, Refusal, statement};
use web::{Problem, Request, Response};

use crate::sidecar;

/// An event that waits for longer than this does not merely wait for its turn.
const LONG_SECONDS: u64 = 30;

/// The process runs, whatever is the matter outside of it.
pub fn live(_: &Request) -> Result<Response, Problem> {
    Ok(Response::json(200, json!({ "status": "up" }).to_string()))
}

/// Requests can be answered: Postgres is there and has the statements of this release. All else may be away for a while.
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
    let found = store::one(statement!("ready.sql"), &request.anybody(), &json!({ "release": RELEASE }))
        .map(|row| serde_json::from_str::<Value>(&row).unwrap_or_default());
    let (postgres, statements) = match &found {
        Ok(found) if found["installed"] == true => ("up", "installed"),
        Ok(_) | Err(Refusal::NotInstalled) => ("up", "missing: run `cargo dev migrate up`"),
        Err(_) => ("down", "unknown"),
    };
    let sidecar = if sidecar::is_up() { "up" } else { "down" };
    let outbox = match &found {
        Ok(found) if found["oldest_seconds"].as_u64().is_some_and(|age| age <= LONG_SECONDS) => "up",
        Ok(_) => "degraded",
        Err(_) => "unknown",
    };
    let (code, status) = match (statements, sidecar, outbox) {
        ("installed", "up", "up") => (200, "ready"),
        ("installed", ..) => (200, "degraded"),
        _ => (503, "not ready"),
    };
    let mut body = json!({
        "status": status,
        "dependencies": { "postgres": postgres, "statements": statements, "sidecar": sidecar, "outbox": outbox },
    });
    if let Ok(found) = found {
        body["outbox"] = json!({ "depth": found["depth"], "oldest_seconds": found["oldest_seconds"] });
    }
    (code, body)
}

/// The JSON schema of what `/live` answers.
pub fn live_schema() -> Value {
    json!({ "type": "object", "properties": { "status": { "const": "up" } }, "required": ["status"] })
}

/// The JSON schema of what `/ready` and `/health` answer.
pub fn schema() -> Value {
    json!({
        "type": "object",
        "description": "Whether requests can be answered, and the state of each thing that this or its events need",
        "properties": {
            "status": {
                "enum": ["ready", "degraded", "not ready"],
                "description": "`degraded`: requests are answered, but their events wait",
            },
            "dependencies": {
                "type": "object",
                "properties": {
                    "postgres": { "enum": ["up", "down"] },
                    "statements": { "type": "string" },
                    "sidecar": { "enum": ["up", "down"] },
                    "outbox": { "enum": ["up", "degraded", "unknown"] },
                },
                "required": ["postgres", "statements", "sidecar", "outbox"],
            },
            "outbox": {
                "type": "object",
                "description": "The events that wait to be published",
                "properties": {
                    "depth": { "type": "integer", "minimum": 0, "maximum": 10_000, "description": "How many; 10000 are that many or more" },
                    "oldest_seconds": { "type": "integer", "minimum": 0, "description": "How long the oldest has waited" },
                },
                "required": ["depth", "oldest_seconds"],
            },
            "version": { "type": "string" },
            "release": { "type": ["string", "null"] },
        },
        "required": ["status", "dependencies"],
    })
}
